import type { Context } from '../context.ts';
import { bucketsFor, noteStates } from './admission.ts';
import { limitExceeded } from './limit-exceeded.ts';

/**
 * Lets a request in within its project's and key's limits; rejects with `rate_limit_exceeded` beyond them.
 * @returns what to call when it is answered
 */
export async function admit(ctx: Context): Promise<() => void> {
  const { services, actor, requestId, admission } = ctx;
  const buckets = bucketsFor(actor, 'requests', 1);
  const max = actor.project.limits?.concurrent_requests;
  if (buckets.length === 0 && max === undefined) return () => {};
  // A client may send one request id twice.
  const concurrentId = max === undefined ? undefined : `${requestId}:${crypto.randomUUID()}`;
  const taken = await services.limiter.take(actor.projectId, {
    buckets,
    ...(max === undefined || concurrentId === undefined ? {} : { concurrent: { max, id: concurrentId } }),
  });
  noteStates(admission, 'requests', taken.buckets);
  if (taken.refusedBy !== null) throw limitExceeded(ctx, { ...taken, refusedBy: taken.refusedBy, concurrent: max });
  if (concurrentId === undefined) return () => {};
  return () => services.runLater(0, () => services.limiter.settle(actor.projectId, { concurrentId }));
}
