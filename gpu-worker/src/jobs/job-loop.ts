import { setTimeout as sleep } from 'node:timers/promises';
import { getLogger } from '@logtape/logtape';
import type { LeasedJob } from '../../../src/contract/worker-protocol.ts';

const log = getLogger(['levigate', 'worker', 'jobs']);

const ERROR_POLL_MS = 2_000;

export interface JobLoopOptions {
  readonly claim: () => Promise<LeasedJob | null>;
  /** Must not reject. */
  readonly run: (lease: LeasedJob, shutdown: AbortSignal) => Promise<void>;
  /** Longest time between two questions, in milliseconds: read before each wait. */
  readonly pollMs: () => number;
  /** Stops intake and asks a running job to checkpoint and release. */
  readonly signal: AbortSignal;
}

/** Asks for a job whenever idle, right after one ended; polls apart by chance, so that many workers do not ask in step. */
export async function runJobLoop({ claim, run, pollMs, signal }: JobLoopOptions): Promise<void> {
  while (!signal.aborted) {
    let delayMs = pollMs() * (0.5 + 0.5 * Math.random());
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
