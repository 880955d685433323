import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import type { LeasedJob } from '../../../src/contract/worker-protocol.ts';

const log = getLogger(['levigate', 'worker', 'jobs']);

const LEAST_POLL_MS = 500;
const POLL_SPREAD_MS = 700;
const ERROR_POLL_MS = 2_000;

export interface JobLoopOptions {
  readonly claim: () => Promise<LeasedJob | null>;
  /** Must not reject. */
  readonly run: (lease: LeasedJob, shutdown: AbortSignal) => Promise<void>;
  /** Stops intake and asks a running job to checkpoint and release. */
  readonly signal: AbortSignal;
}

/** Asks for a job whenever idle, right after one ended; polls apart by chance, so that many workers do not ask in step. */
export async function runJobLoop({ claim, run, signal }: JobLoopOptions): Promise<void> {
  while (!signal.aborted) {
    let delayMs = LEAST_POLL_MS + Math.random() * POLL_SPREAD_MS;
    try {
      const lease = await claim();
      // A lease that came while shutting down goes straight back: run sees the signal.
      if (lease) {
        await run(lease, signal);
        continue;
      }
    } catch (error) {
      log.warn('no job could be asked for', { reason: String(error) });
      delayMs += ERROR_POLL_MS;
    }
    await sleep(delayMs, undefined, { signal }).catch(() => {});
  }
}
