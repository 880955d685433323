import type { Overload } from '../../../src/contract/overload.ts';
import type { DeviceRun, EmbeddedBatch, OnRun } from '../device/device.ts';
import { createAdmission } from './admission.ts';
import type { AdmissionOptions } from './admission.ts';
import { createArrivals } from './arrivals.ts';
import { createBatchQueue } from './batch-queue.ts';
import type { BatchInput, BatchQueue, Embedded, QueueEntry } from './batch-queue.ts';
import { LOOK_AHEAD, pickBatch } from './pick-batch.ts';
import type { BatchLimits, Sized } from './pick-batch.ts';
import { shareOut } from './share-out.ts';
import { createThroughput } from './throughput.ts';

export type Priority = 'online' | 'bulk';

export interface BatcherOptions<Content> extends AdmissionOptions {
  readonly embed: (contents: readonly Content[]) => Promise<EmbeddedBatch>;
  /** Read before each batch: calibration changes them while the device works. */
  readonly limits: () => BatchLimits;
  /** How long an idle device waits for company of a first online input, where inputs lately came that close together. */
  readonly windowMs: number;
  /** Batches that the device runs side by side. */
  readonly lanes?: number;
  /** Batches sent to the device before the first has come back: 2 a lane keep it busy while results are unpacked. */
  readonly maxInFlight?: number;
  readonly onBatch?: ((batch: RunBatch) => void) | undefined;
}

/** One batch that came back, for metrics. */
export interface RunBatch {
  readonly priority: Priority;
  readonly rows: number;
  readonly tokens: number;
  /** Rows times the longest. */
  readonly paddedTokens: number;
  readonly inferenceMs: number;
}

export interface EmbedOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
  readonly onRun?: OnRun | undefined;
}

export interface Batcher<Content> {
  /** Rejects with `overloaded` when too much waits, with the signal's reason when that fires first. */
  embed(inputs: readonly BatchInput<Content>[], options: EmbedOptions): Promise<Embedded[]>;
  readonly queuedInputs: number;
  readonly queuedTokens: number;
  /** While online inputs are refused for the time they would wait; null in ordinary times. */
  readonly overload: Overload | null;
  /** Nothing waits and nothing is with the device. */
  readonly isIdle: boolean;
}

const PRIORITIES = ['online', 'bulk'] as const satisfies readonly Priority[];
// Online inputs go first, but never more batches in a row than these while bulk waits: a job goes on under any load.
const ONLINE_TURNS = 8;
// Until the first batch is measured: a small backbone on a slow core.
const GUESSED_TOKENS_A_MS = 5;

/** Coalesces concurrent inputs of all requests into batches of one backbone. */
export function createBatcher<Content>(options: BatcherOptions<Content>): Batcher<Content> {
  const { embed, limits, windowMs, lanes = 1, maxInFlight = 2 * lanes, onBatch } = options;
  const queues: Readonly<Record<Priority, BatchQueue<Content>>> = {
    online: createBatchQueue(),
    bulk: createBatchQueue(),
  };
  const admissions = { online: createAdmission(options), bulk: createAdmission(options) };
  const throughput = createThroughput(GUESSED_TOKENS_A_MS);
  const arrivals = createArrivals();
  let inFlight = 0;
  let inFlightOnline = 0;
  let inFlightTokens = 0;
  let onlineTurns = 0;
  let cancelScheduled: (() => void) | null = null;

  function schedule(): void {
    if (inFlight >= maxInFlight || cancelScheduled) return;
    // A busy device is itself the window: what arrives meanwhile forms the next batch.
    const isWorthWaiting = inFlight === 0 && !isFull(queues.online, limits()) && arrivals.gapMs < windowMs;
    const start = (): void => {
      cancelScheduled = null;
      dispatchAll();
    };
    if (isWorthWaiting && queues.online.size > 0) {
      const timer = setTimeout(start, windowMs);
      cancelScheduled = () => clearTimeout(timer);
    } else {
      const immediate = setImmediate(start);
      cancelScheduled = () => clearImmediate(immediate);
    }
  }

  function nextPriority(): Priority | undefined {
    const waiting = PRIORITIES.filter((priority) => queues[priority].size > 0);
    if (waiting.length < 2) return waiting[0];
    return onlineTurns >= ONLINE_TURNS ? 'bulk' : 'online';
  }

  /** For all that is sent now: lanes that have nothing to do share what waits. */
  function boundsNow(queue: BatchQueue<Content>): BatchLimits {
    return inFlight === 0 ? shareOut(queue.first(LOOK_AHEAD), lanes, limits()) : limits();
  }

  function dispatchAll(): void {
    const bounds = { online: boundsNow(queues.online), bulk: boundsNow(queues.bulk) };
    while (inFlight < maxInFlight) {
      const priority = nextPriority();
      if (!priority) return;
      const queue = queues[priority];
      const batch = pickBatch(queue.first(LOOK_AHEAD), bounds[priority]);
      // A second batch keeps a busy device busy; a thin one had better wait and grow, but not for bulk.
      const ahead = priority === 'online' ? inFlightOnline : inFlight;
      if (ahead >= lanes && !isWellFilled(batch, bounds[priority])) return;
      onlineTurns = priority === 'online' ? onlineTurns + 1 : 0;
      queue.take(batch);
      void run(batch, priority);
    }
  }

  async function run(batch: readonly QueueEntry<Content>[], priority: Priority): Promise<void> {
    const tokens = batch.reduce((sum, { size }) => sum + size, 0);
    const sentMs = performance.now();
    const onlineShare = priority === 'online' ? 1 : 0;
    inFlight += 1;
    inFlightOnline += onlineShare;
    inFlightTokens += tokens;
    try {
      const answer = await embed(batch.map(({ content }) => content));
      const { features, inferenceMs } = answer;
      const deviceRun = toDeviceRun(answer, { rows: batch.length, tokens });
      throughput.add({ tokens, sentMs, doneMs: performance.now() });
      const size = features.length / batch.length;
      for (const [row, entry] of batch.entries()) {
        const own = features.subarray(row * size, (row + 1) * size);
        entry.settle({ features: own, queueMs: sentMs - entry.enqueuedMs, inferenceMs, run: deviceRun });
      }
      const paddedTokens = batch.length * batch.reduce((longest, each) => Math.max(longest, each.size), 0);
      onBatch?.({ priority, rows: batch.length, tokens, paddedTokens, inferenceMs });
    } catch (error) {
      for (const entry of batch) entry.fail(error);
    } finally {
      inFlight -= 1;
      inFlightOnline -= onlineShare;
      inFlightTokens -= tokens;
      if (nextPriority()) dispatchAll();
    }
  }

  return {
    embed: async (inputs, { priority, signal, onRun }) => {
      signal?.throwIfAborted();
      if (inputs.length === 0) return [];
      const queue = queues[priority];
      const { size, calls, tokens } = queue;
      const waitMs = throughput.msFor(tokens + inFlightTokens);
      const waiting = { inputs: size, calls, waitMs, batchMs: throughput.batchMs };
      admissions[priority].admit(inputs.length, waiting, performance.now());
      if (priority === 'online') arrivals.add(performance.now());
      const results = queue.add(inputs, signal);
      // What waits for company goes at once when the batch is full.
      if (inFlight === 0 && cancelScheduled && isFull(queue, limits())) {
        cancelScheduled();
        cancelScheduled = null;
      }
      schedule();
      const embedded = await results;
      if (onRun) for (const run of new Set(embedded.map(({ run = null }) => run))) if (run) onRun(run);
      return embedded;
    },
    get queuedInputs() {
      return queues.online.size + queues.bulk.size;
    },
    get queuedTokens() {
      return queues.online.tokens + queues.bulk.tokens;
    },
    get overload() {
      const { limitMs } = admissions.online;
      return limitMs === null ? null : { limitMs, tokensPerMs: throughput.tokensPerMs };
    },
    get isIdle() {
      return inFlight === 0 && queues.online.size + queues.bulk.size === 0;
    },
  };
}

function toDeviceRun(
  { startMs, pid, inferenceMs }: EmbeddedBatch,
  size: Pick<DeviceRun, 'rows' | 'tokens'>,
): DeviceRun | null {
  if (startMs === undefined || pid === undefined) return null;
  return { ...size, pid, startMs, endMs: startMs + inferenceMs };
}

const isFull = ({ tokens, size }: { tokens: number; size: number }, { tokenBudget, maxRows }: BatchLimits): boolean =>
  tokens >= tokenBudget || size >= maxRows;

function isWellFilled(batch: readonly Sized[], { tokenBudget, maxRows }: BatchLimits): boolean {
  const tokens = batch.reduce((sum, { size }) => sum + size, 0);
  return tokens * 2 >= tokenBudget || batch.length * 2 >= maxRows;
}
