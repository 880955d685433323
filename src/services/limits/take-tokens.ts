import type { Context } from '../context.ts';
import { bucketsFor, noteStates } from './admission.ts';
import { limitExceeded } from './limit-exceeded.ts';

/** Called once with the tokens that were really used; 0 when nothing was. */
export type SettleTokens = (usedTokens: number) => void;

/**
 * Takes estimated tokens from the caller's limits before a worker has counted them; rejects with `rate_limit_exceeded` where there are too few.
 * @returns what corrects the estimate
 */
export async function takeTokens(ctx: Context, estimate: number): Promise<SettleTokens> {
  const { services, actor, admission } = ctx;
  const buckets = bucketsFor(actor, 'tokens', estimate);
  if (buckets.length === 0) return () => {};
  const taken = await services.limiter.take(actor.projectId, { buckets });
  noteStates(admission, 'tokens', taken.buckets);
  if (taken.refusedBy !== null) throw limitExceeded(ctx, { ...taken, refusedBy: taken.refusedBy });
  return (usedTokens) => {
    const amount = usedTokens - estimate;
    if (amount === 0) return;
    const corrected = buckets.map((bucket) => ({ ...bucket, amount }));
    services.runLater(0, () => services.limiter.settle(actor.projectId, { buckets: corrected }));
  };
}
