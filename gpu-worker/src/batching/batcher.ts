import type { EmbeddedBatch } from '../device/device.ts';
import { overloaded } from './overloaded.ts';
import { pickBatch } from './pick-batch.ts';
import type { BatchLimits, Sized } from './pick-batch.ts';

export type Priority = 'online' | 'bulk';

export interface BatcherOptions<Content> extends BatchLimits {
  readonly embed: (contents: readonly Content[]) => Promise<EmbeddedBatch>;
  /** How long an idle device waits for company of a first online input, in milliseconds. */
  readonly windowMs: number;
  /** Waiting inputs per class beyond which new ones are refused. */
  readonly maxQueued: number;
  /** Batches that the device runs side by side. */
  readonly lanes?: number;
  /** Batches sent to the device before the first has come back: 2 a lane keep it busy while results are unpacked. */
  readonly maxInFlight?: number;
}

export interface BatchInput<Content> extends Sized {
  /** Inputs of one key wait as one and are computed once. */
  readonly key: string;
  /** What the device reads of it: token ids, or pixels. */
  readonly content: Content;
}

export interface Embedded {
  /** [taps, width], a view into its batch's answer: copy it to keep it. */
  readonly features: Float32Array;
  readonly queueMs: number;
  readonly inferenceMs: number;
}

export interface EmbedOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal | undefined;
}

export interface Batcher<Content> {
  /** Rejects with `overloaded` when the queue is full, with the signal's reason when that fires first. */
  embed(inputs: readonly BatchInput<Content>[], options: EmbedOptions): Promise<Embedded[]>;
  readonly queuedInputs: number;
}

interface Entry<Content> extends BatchInput<Content> {
  readonly enqueuedMs: number;
  waiters: Waiter[];
}
interface Waiter {
  readonly resolve: (result: Embedded) => void;
  readonly reject: (error: unknown) => void;
}
type Queue<Content> = Map<string, Entry<Content>>;

const PRIORITIES = ['online', 'bulk'] as const satisfies readonly Priority[];

/** Coalesces concurrent inputs of all requests into batches of one backbone; online inputs go first. */
export function createBatcher<Content>(options: BatcherOptions<Content>): Batcher<Content> {
  const { embed, windowMs, maxQueued, lanes = 1, maxInFlight = 2 * lanes, ...limits } = options;
  const queues: Readonly<Record<Priority, Queue<Content>>> = { online: new Map(), bulk: new Map() };
  let inFlight = 0;
  let rowMs = 5; // A guess until the first batch is measured.
  let timer: NodeJS.Timeout | undefined;

  function schedule(): void {
    if (inFlight >= maxInFlight || timer) return;
    // A busy device is itself the window: what arrives meanwhile forms the next batch.
    const delayMs = inFlight === 0 && queues.online.size > 0 ? windowMs : 0;
    timer = setTimeout(() => {
      timer = undefined;
      dispatchAll();
    }, delayMs);
  }

  function dispatchAll(): void {
    while (inFlight < maxInFlight) {
      const queue = PRIORITIES.map((priority) => queues[priority]).find((candidate) => candidate.size > 0);
      if (!queue) return;
      const batch = pickBatch(firstOf(queue), limits);
      // A second batch keeps a busy device busy; a thin one had better wait and grow.
      if (inFlight >= lanes && !isWellFilled(batch, limits)) return;
      for (const entry of batch) queue.delete(entry.key);
      void run(batch);
    }
  }

  async function run(batch: readonly Entry<Content>[]): Promise<void> {
    inFlight += 1;
    const startedMs = performance.now();
    try {
      const { features, inferenceMs } = await embed(batch.map(({ content }) => content));
      const size = features.length / batch.length;
      for (const [row, entry] of batch.entries()) {
        const own = features.subarray(row * size, (row + 1) * size);
        const result = { features: own, queueMs: startedMs - entry.enqueuedMs, inferenceMs };
        for (const { resolve } of entry.waiters) resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch.flatMap((entry) => entry.waiters)) reject(error);
    } finally {
      inFlight -= 1;
      rowMs = 0.8 * rowMs + (0.2 * (performance.now() - startedMs)) / batch.length;
      if (queues.online.size + queues.bulk.size > 0) dispatchAll();
    }
  }

  function enqueue(input: BatchInput<Content>, { priority, signal }: EmbedOptions): Promise<Embedded> {
    const queue = queues[priority];
    const entry = queue.get(input.key) ?? { ...input, enqueuedMs: performance.now(), waiters: [] };
    queue.set(input.key, entry);
    const { promise, resolve, reject } = Promise.withResolvers<Embedded>();
    const waiter: Waiter = { resolve, reject };
    entry.waiters.push(waiter);
    const leave = () => {
      entry.waiters = entry.waiters.filter((other) => other !== waiter);
      if (entry.waiters.length === 0 && queue.get(entry.key) === entry) queue.delete(entry.key);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', leave, { once: true });
    return promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  return {
    embed: async (inputs, embedOptions) => {
      embedOptions.signal?.throwIfAborted();
      const waiting = queues[embedOptions.priority].size;
      if (waiting + inputs.length > maxQueued) throw overloaded(waiting, waiting * rowMs);
      const results = Promise.all(inputs.map((input) => enqueue(input, embedOptions)));
      schedule();
      return results;
    },
    get queuedInputs() {
      return queues.online.size + queues.bulk.size;
    },
  };
}

const LOOK_AHEAD = 256;
function firstOf<Content>(queue: Queue<Content>): Entry<Content>[] {
  return queue.values().take(LOOK_AHEAD).toArray();
}

function isWellFilled(batch: readonly Sized[], { tokenBudget, maxRows }: BatchLimits): boolean {
  const tokens = batch.reduce((sum, { size }) => sum + size, 0);
  return tokens * 2 >= tokenBudget || batch.length * 2 >= maxRows;
}
