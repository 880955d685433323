import { LevigateError } from '../../contract/index.ts';
import type {
  Prediction,
  PredictRecord,
  PredictRequest,
  PredictResponse,
  Timings,
  WorkerPredictRequest,
  WorkerPredictResponse,
} from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { watchDrift } from '../drift/watch-drift.ts';
import { askWorker } from './ask-worker.ts';
import { cacheSaltOf } from './cache-salt-of.ts';
import { selectModels } from './select-models.ts';

export interface PredictResult {
  readonly response: PredictResponse;
  readonly timings: Timings;
}

/** Predictions by input, then by model in the request's order. Models of one backbone share one pass over it. */
export async function predict(ctx: Context, request: PredictRequest): Promise<PredictResult> {
  requireScope(ctx, 'predict');
  const models = await selectModels(ctx, request);
  const cacheSalt = await cacheSaltOf(ctx);
  const inputs = toRecords(request.input);
  const { top_k, views = false, cache, coverage, abstain_at_risk, nearest } = request;
  const answers = await Promise.all(
    groupByBackbone(models).map(async ([backbone, group]) => {
      const asked: WorkerPredictRequest = {
        backbone,
        cache_salt: cacheSalt,
        ...(ctx.priority === undefined ? {} : { priority: ctx.priority }),
        adapters: group.map(({ id, adapterSha256, adapterBytes }) => ({
          model: id,
          sha256: adapterSha256,
          bytes: adapterBytes,
        })),
        inputs,
        ...(top_k === undefined ? {} : { top_k }),
        views,
        ...(cache === undefined ? {} : { cache }),
        ...(coverage === undefined ? {} : { coverage }),
        ...(abstain_at_risk === undefined ? {} : { abstain_at_risk }),
        ...(nearest === undefined ? {} : { nearest }),
      };
      return askWorker(ctx, 'predict', asked);
    }),
  );
  const result = merge(answers, models, inputs.length);
  if (request.monitor !== false) watchDrift(ctx.services, models, result.response.data);
  return result;
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

function merge(
  answers: readonly WorkerPredictResponse[],
  models: readonly ModelRow[],
  inputCount: number,
): PredictResult {
  const place = new Map(models.map(({ id }, index) => [id, index]));
  const positionOf = ({ index, model }: Prediction): number => index * models.length + (place.get(model) ?? Number.NaN);
  const data = answers.flatMap((answer) => answer.data).sort((a, b) => positionOf(a) - positionOf(b));
  if (
    data.length !== inputCount * models.length ||
    data.some((prediction, index) => positionOf(prediction) !== index)
  ) {
    throw new LevigateError('worker_failed', 'the worker did not answer each input for each model: try again');
  }
  const total = (count: (answer: WorkerPredictResponse) => number): number =>
    answers.reduce((sum, answer) => sum + count(answer), 0);
  const notes = answers.flatMap((answer) => answer.notes ?? []);
  const longest = (duration: (timings: Timings) => number): number =>
    Math.max(...answers.map(({ timings }) => duration(timings)));
  return {
    response: {
      object: 'list',
      data,
      usage: {
        input_tokens: total(({ usage }) => usage.input_tokens),
        cached_inputs: total(({ usage }) => usage.cached_inputs),
      },
      ...(notes.length > 0 ? { notes } : {}),
    },
    // Groups run side by side, so the slowest is what the caller waited for.
    timings: {
      queueMs: longest(({ queueMs }) => queueMs),
      tokenizationMs: longest(({ tokenizationMs }) => tokenizationMs),
      inferenceMs: longest(({ inferenceMs }) => inferenceMs),
    },
  };
}
