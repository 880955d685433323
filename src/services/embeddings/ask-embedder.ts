import type { WorkerRequest, WorkerResponse } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { withinLimits } from '../limits/within-limits.ts';
import { askWorker } from '../predict/ask-worker.ts';
import { estimateTokens } from '../predict/estimate-tokens.ts';
import { meterUsage } from '../usage/meter.ts';

type EmbedVerb = 'embed' | 'embed_tokens';

/** Has a worker embed inputs, within the caller's limits and metered as the backbone's. */
export async function askEmbedder<Verb extends EmbedVerb>(
  ctx: Context,
  verb: Verb,
  /** Both verbs are asked in one form. */
  question: Omit<WorkerRequest<'embed'>, 'cache_salt'>,
): Promise<WorkerResponse<Verb>> {
  const { services, actor, priority } = ctx;
  const request = {
    ...question,
    cache_salt: actor.project.cacheSalt,
    ...(priority === undefined ? {} : { priority }),
  };
  const inputs = request.inputs.length;
  const need = { inputs, estimatedTokens: estimateTokens(request.inputs) };
  // The compiler does not see that it is the same type for both.
  const answer = await withinLimits(ctx, need, () => askWorker(ctx, verb, request as WorkerRequest<Verb>));
  meterUsage(services, {
    projectId: actor.projectId,
    model: request.backbone,
    requests: 1,
    inputs,
    inputTokens: answer.usage.input_tokens,
    cachedTokens: answer.usage.cached_tokens ?? 0,
  });
  return answer;
}
