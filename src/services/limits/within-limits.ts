import type { Context } from '../context.ts';
import { assertQuota } from './assert-quota.ts';
import { takeTokens } from './take-tokens.ts';

interface Used {
  readonly usage: { readonly input_tokens: number };
}

/**
 * Does what a worker is needed for within the caller's quota and tokens per minute; work that fails costs no tokens.
 * Rejects with `insufficient_quota` or `rate_limit_exceeded` before it begins.
 */
export async function withinLimits<Answer extends Used>(
  ctx: Context,
  { inputs, estimatedTokens }: { readonly inputs: number; readonly estimatedTokens: number },
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (ctx.actor.project.limits === null && ctx.actor.limits === null) return await work();
  await assertQuota(ctx, inputs);
  // A batch takes its time anyhow: only its month's quota bounds it.
  const settle = ctx.priority === 'bulk' ? () => {} : await takeTokens(ctx, estimatedTokens);
  let usedTokens = 0;
  try {
    const answer = await work();
    usedTokens = answer.usage.input_tokens;
    return answer;
  } finally {
    settle(usedTokens);
  }
}
