import { PredictResponse } from '../../src/contract/index.ts';
import type { Prediction } from '../../src/contract/index.ts';
import type { Reply } from './http-client.ts';

/** What answers of the same input may differ by, however it was served: single precision's rounding. */
export const ANSWER_TOLERANCE = 1e-5;

/** What was asked in one request. */
export interface Asked {
  readonly inputs: number;
  readonly models: readonly string[];
}

/**
 * The predictions of a reply, by input and then by model as they were asked for.
 *
 * @throws Error where it is no answer, an answer to something else, or one from a cache while `isCached` says that there is none
 */
export function readAnswers(
  { status, text }: Reply,
  { inputs, models }: Asked,
  { isCached = false }: { readonly isCached?: boolean } = {},
): { readonly data: readonly Prediction[]; readonly inputTokens: number } {
  if (status !== 200) throw new Error(`the server answered ${status}: ${text.slice(0, 300)}`);
  const { data, usage } = PredictResponse.parse(JSON.parse(text));
  if (data.length !== inputs * models.length) throw new Error(`${data.length} answers to ${inputs * models.length}`);
  for (const [place, { index, model }] of data.entries()) {
    const wanted = models[place % models.length];
    if (index !== Math.floor(place / models.length) || model !== wanted) {
      throw new Error(`answer ${place} is of input ${index} and ${model}, not of ${wanted}`);
    }
  }
  if (!isCached && usage.cached_inputs > 0) {
    throw new Error('the feature cache answered, which this measurement must not have');
  }
  return { data, inputTokens: usage.input_tokens };
}

/** The largest difference between two answers' numbers; infinite where they name other labels or another model. */
export function largestDifference(one: Prediction, other: Prediction): number {
  return one.model === other.model ? differenceOfNumbers(one, other) : Number.POSITIVE_INFINITY;
}

/** Likewise, whoever answered. */
export function differenceOfNumbers(one: Prediction, other: Prediction): number {
  if (one.labels.length !== other.labels.length) return Number.POSITIVE_INFINITY;
  const scores = new Map(other.labels.map(({ label, score }) => [label, score]));
  const pairs = one.labels.map(({ label, score }) => [score, scores.get(label) ?? Number.NaN] as const);
  const numbers = [...pairs, [one.disagreement, other.disagreement] as const];
  return numbers.reduce((largest, [a, b]) => {
    const difference = Math.abs(a - b);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
  }, 0);
}

/** Over rows in the same order. @throws Error where there are not as many */
export function largestDifferenceOfAll(rows: readonly Prediction[], others: readonly Prediction[]): number {
  if (rows.length !== others.length) throw new Error(`${rows.length} answers, and ${others.length} to compare with`);
  return rows.reduce((largest, row, index) => {
    const other = others[index];
    return Math.max(largest, other === undefined ? Number.POSITIVE_INFINITY : largestDifference(row, other));
  }, 0);
}
