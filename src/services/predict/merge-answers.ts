import { LevigateError } from '../../contract/index.ts';
import type { Prediction, Timings, WorkerPredictResponse } from '../../contract/index.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import type { PredictResult } from './predict-result.ts';

/**
 * One answer of those for each backbone: by input, then by model in the request's order.
 * Rejects with `worker_failed` unless each input was answered for each model, once.
 */
export function mergeAnswers(
  answers: readonly WorkerPredictResponse[],
  models: readonly Pick<ModelRow, 'id'>[],
  inputCount: number,
): PredictResult {
  const place = new Map(models.map(({ id }, index) => [id, index]));
  const positionOf = ({ index, model }: Prediction): number => index * models.length + (place.get(model) ?? Number.NaN);
  const isInPlace = (prediction: Prediction, index: number): boolean => positionOf(prediction) === index;
  const [only, ...others] = answers;
  const unsorted = only !== undefined && others.length === 0 ? only.data : answers.flatMap((answer) => answer.data);
  // A worker answers in this order, so that of one backbone alone nothing is to be sorted.
  const data = unsorted.every(isInPlace) ? unsorted : unsorted.toSorted((a, b) => positionOf(a) - positionOf(b));
  if (data.length !== inputCount * models.length || !data.every(isInPlace)) {
    throw new LevigateError('worker_failed', 'the worker did not answer each input for each model: try again');
  }
  const total = (count: (answer: WorkerPredictResponse) => number): number =>
    answers.reduce((sum, answer) => sum + count(answer), 0);
  const notes = answers.flatMap((answer) => answer.notes ?? []);
  const longest = (duration: (timings: Timings) => number): number =>
    Math.max(...answers.map(({ timings }) => duration(timings)));
  const cachedTokens = total(({ usage }) => usage.cached_tokens ?? 0);
  return {
    response: {
      object: 'list',
      data,
      usage: {
        input_tokens: total(({ usage }) => usage.input_tokens),
        cached_inputs: total(({ usage }) => usage.cached_inputs),
        ...(answers.some(({ usage }) => usage.cached_tokens !== undefined) ? { cached_tokens: cachedTokens } : {}),
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
