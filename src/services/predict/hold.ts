import { createId, LevigateError } from '../../contract/index.ts';
import { deletePredictWait, putPredictWait } from '../../store/queries/predict-waits.ts';
import type { Context } from '../context.ts';
import { pause } from '../pause.ts';
import { perDatabase } from '../per-database.ts';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;
const GROWTH = 1.5;
/** Each keeps a request open. Further ones are refused at once. */
const MAX_HELD = 1_000;
/** Counts on a little, should this process die with the request. */
const SLACK_MS = 5_000;

const heldOf = perDatabase(() => ({ count: 0 }));

/** A request that waits for a worker to wake. While it waits, queue-stats shows it. */
export interface Hold extends AsyncDisposable {
  /** Waits a moment; false when there is no time (or room) for it. Rejects when the client goes away. */
  waitForNext(): Promise<boolean>;
}

export function createHold(
  { services, signal }: Pick<Context, 'services' | 'signal'>,
  { backbone, forMs }: { readonly backbone: string; readonly forMs: number },
): Hold {
  const held = heldOf(services);
  const endMs = performance.now() + forMs;
  let waitId: string | null = null;
  let pauseMs = FIRST_PAUSE_MS;

  async function begin(): Promise<boolean> {
    if (held.count >= MAX_HELD) return false;
    held.count += 1;
    const sinceMs = services.clock.nowMs();
    waitId = createId('wait', sinceMs);
    const wait = { id: waitId, kind: 'held' as const, backbone, predictions: 1, sinceMs };
    await putPredictWait(services.db, { ...wait, untilMs: sinceMs + forMs + SLACK_MS });
    return true;
  }

  return {
    async waitForNext() {
      const leftMs = endMs - performance.now();
      if (leftMs <= 0 || (waitId === null && !(await begin()))) return false;
      await pause(Math.min(pauseMs, leftMs), signal);
      if (signal.aborted)
        throw new LevigateError('invalid_request', 'the client went away while it waited for a worker');
      pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS);
      return true;
    },
    async [Symbol.asyncDispose]() {
      if (waitId === null) return;
      held.count -= 1;
      await deletePredictWait(services.db, waitId);
    },
  };
}
