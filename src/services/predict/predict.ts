import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { PredictRecord, PredictRequest, WorkerPredictRequest } from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { watchDrift } from '../drift/watch-drift.ts';
import { withinLimits } from '../limits/within-limits.ts';
import { askWorker } from './ask-worker.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { mergeAnswers } from './merge-answers.ts';
import { meterPredictions } from './meter-predictions.ts';
import type { PredictResult } from './predict-result.ts';
import { selectModels } from './select-models.ts';
import { withPredictMetrics } from './predict-metrics.ts';

/** Predictions by input, then by model in the request's order. Models of one backbone share one pass over it. */
export function predict(ctx: Context, request: PredictRequest): Promise<PredictResult> {
  requireScope(ctx, 'predict');
  return withPredictMetrics(ctx.services, () => predictMeasured(ctx, request));
}

async function predictMeasured(ctx: Context, request: PredictRequest): Promise<PredictResult> {
  const models = await selectModels(ctx, request);
  const inputs = toRecords(request.input);
  const answerCount = inputs.length * models.length;
  if (answerCount > LIMITS.predictAnswers) throw tooManyAnswers(inputs.length, models.length);
  const groups = groupByBackbone(models);
  const limited = { inputs: answerCount, estimatedTokens: estimateTokens(inputs) };
  const answer = await withinLimits(ctx, limited, async () => {
    const answers = await Promise.all(
      groups.map(([backbone, group]) =>
        askWorker(ctx, 'predict', toQuestion(ctx, request, { backbone, group, inputs })),
      ),
    );
    const result = mergeAnswers(answers, models, inputs.length);
    meterPredictions(ctx, { groups, answers, inputCount: inputs.length });
    return { ...result, usage: result.response.usage };
  });
  if (request.monitor !== false) watchDrift(ctx.services, models, answer.response.data);
  return answer;
}

interface Group {
  readonly backbone: string;
  readonly group: readonly ModelRow[];
  readonly inputs: readonly PredictRecord[];
}

function toQuestion(
  { actor, priority }: Context,
  { top_k, views = false, cache, coverage, abstain_at_risk, nearest }: PredictRequest,
  { backbone, group, inputs }: Group,
): WorkerPredictRequest {
  return {
    backbone,
    cache_salt: actor.project.cacheSalt,
    ...(priority === undefined ? {} : { priority }),
    adapters: group.map(({ id, adapterSha256, adapterBytes }) => ({
      model: id,
      sha256: adapterSha256,
      bytes: adapterBytes,
    })),
    inputs: [...inputs],
    ...(top_k === undefined ? {} : { top_k }),
    views,
    ...(cache === undefined ? {} : { cache }),
    ...(coverage === undefined ? {} : { coverage }),
    ...(abstain_at_risk === undefined ? {} : { abstain_at_risk }),
    ...(nearest === undefined ? {} : { nearest }),
  };
}

const toRecords = (input: PredictRequest['input']): PredictRecord[] =>
  (Array.isArray(input) ? input : [input]).map((one) => (typeof one === 'string' ? { text: one } : one));

function groupByBackbone(models: readonly ModelRow[]): [string, ModelRow[]][] {
  const groups = new Map<string, ModelRow[]>();
  for (const model of models) {
    const group = groups.get(model.backbone);
    if (group) group.push(model);
    else groups.set(model.backbone, [model]);
  }
  return [...groups];
}

const tooManyAnswers = (inputs: number, models: number): LevigateError =>
  new LevigateError(
    'invalid_request',
    `${inputs} inputs for ${models} models are ${inputs * models} answers, and ${LIMITS.predictAnswers} fit in one: send fewer inputs at once`,
    { param: 'input' },
  );
