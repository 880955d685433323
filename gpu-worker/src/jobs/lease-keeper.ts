import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import type { JobProgress, NewJobEvent } from '../../../src/contract/fine-tuning.ts';
import type { LeasedJob, WorkerEvent } from '../../../src/contract/worker-protocol.ts';
import type { GatewayClient } from '../gateway-api/gateway-client.ts';
import { isTransient } from '../gateway-api/gateway-error.ts';
import { LeaseEnded } from './lease-ended.ts';

const log = getLogger(['levigate', 'worker', 'jobs']);

const TICK_MS = 1_000;
const MAX_INTERVAL_MS = 5_000;
const MAX_EVENTS_A_HEARTBEAT = 100;
const MAX_WAITING_EVENTS = 1_000;
// A gateway silent for longer has given the job away, or will when it is back.
const MAX_SILENCE_MS = 600_000;

export interface LeaseKeeper extends AsyncDisposable {
  /** Fires with a LeaseEnded. */
  readonly signal: AbortSignal;
  progress(progress: JobProgress): void;
  event(event: NewJobEvent): void;
  /** Stops the heartbeats and hands over the events that were not sent yet. */
  finish(): Promise<WorkerEvent[]>;
}

/**
 * Holds a lease from this process, which never blocks, however long the device is busy: heartbeats at most every third
 * of the lease, with progress and events. A gateway that is away for a while ends nothing; the lease's loss does.
 */
export function keepLease(
  client: Pick<GatewayClient, 'heartbeatJob'>,
  lease: LeasedJob,
  { shutdown, tickMs = TICK_MS }: { readonly shutdown: AbortSignal; readonly tickMs?: number },
): LeaseKeeper {
  const ended = new AbortController();
  const stopped = new AbortController();
  const intervalMs = Math.min(lease.lease_duration_ms / 3, MAX_INTERVAL_MS);
  let events: WorkerEvent[] = [];
  let sequence = 0;
  let latest: JobProgress | undefined;
  let isDirty = true;
  let heardMs = performance.now();

  const onShutdown = () => ended.abort(new LeaseEnded('shutdown'));
  shutdown.addEventListener('abort', onShutdown);
  if (shutdown.aborted) onShutdown();

  async function beat(): Promise<void> {
    const sent = events.slice(0, MAX_EVENTS_A_HEARTBEAT);
    isDirty = false;
    try {
      const body = { lease_token: lease.lease_token, events: sent, ...(latest ? { progress: latest } : {}) };
      const { order } = await client.heartbeatJob(lease.job_id, body);
      events = events.filter((event) => !sent.includes(event));
      heardMs = performance.now();
      if (order !== 'continue') ended.abort(new LeaseEnded(order));
    } catch (error) {
      isDirty = true;
      const isSilent = performance.now() - heardMs > MAX_SILENCE_MS;
      log.warn('a heartbeat failed', { job: lease.job_id, reason: String(error) });
      if (!isTransient(error) || isSilent) ended.abort(new LeaseEnded('lost'));
    }
  }

  async function loop(): Promise<void> {
    let dueMs = 0;
    while (!stopped.signal.aborted && !ended.signal.aborted) {
      if (isDirty || performance.now() >= dueMs) {
        await beat();
        dueMs = performance.now() + intervalMs;
      }
      await sleep(tickMs, undefined, { signal: stopped.signal }).catch(() => {});
    }
  }
  const running = loop();

  async function finish(): Promise<WorkerEvent[]> {
    stopped.abort();
    shutdown.removeEventListener('abort', onShutdown);
    await running;
    return events;
  }

  return {
    signal: ended.signal,
    progress: (progress) => {
      latest = progress;
      isDirty = true;
    },
    event: (event) => {
      // Numbered here, once: the gateway knows by it what it has when a heartbeat is repeated.
      events.push({ ...event, sequence });
      sequence += 1;
      if (events.length > MAX_WAITING_EVENTS) events = events.slice(-MAX_WAITING_EVENTS);
      isDirty = true;
    },
    finish,
    [Symbol.asyncDispose]: async () => {
      await finish();
    },
  };
}
