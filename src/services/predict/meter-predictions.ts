import type { WorkerPredictResponse } from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import type { Context } from '../context.ts';
import { metricsOf } from '../metrics.ts';
import { meterUsage } from '../usage/meter.ts';

export interface Answered {
  /** By backbone, as `answers`. */
  readonly groups: readonly (readonly [string, readonly ModelRow[]])[];
  readonly answers: readonly WorkerPredictResponse[];
  readonly inputCount: number;
}

/** Counts a request for usage and metrics. Models that shared a pass share its tokens: the first takes what does not divide. */
export function meterPredictions({ services, actor }: Context, { groups, answers, inputCount }: Answered): void {
  const metrics = metricsOf(services);
  for (const [index, [, models]] of groups.entries()) {
    const { input_tokens: tokens = 0, cached_tokens: cached = 0 } = answers[index]?.usage ?? {};
    for (const [place, { id }] of models.entries()) {
      meterUsage(services, {
        projectId: actor.projectId,
        model: id,
        requests: 1,
        inputs: inputCount,
        inputTokens: shareOf(tokens, models.length, place),
        cachedTokens: shareOf(cached, models.length, place),
      });
    }
    metrics.predictTokens.add(undefined, tokens);
    metrics.predictCachedTokens.add(undefined, cached);
  }
  metrics.predictInputs.add(undefined, inputCount);
}

/** Whole shares whose sum is the total. */
const shareOf = (total: number, count: number, place: number): number =>
  Math.floor(total / count) + (place === 0 ? total % count : 0);
