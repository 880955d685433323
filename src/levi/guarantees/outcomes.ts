import { createRandom, tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import type { Probabilities } from '../metrics/classification-metrics.ts';

/** How the served method did on rows that it had not learned from: what its guarantees are counted from. */
export interface Outcomes {
  /** How far each answer was from the truth, ascending: 1 - p(true label), or the absolute error of a number. */
  readonly nonconformity: Float32Array;
  /** Of answers that are right or wrong: how sure each was, falling. */
  readonly confidence: Float32Array;
  /** In the order of `confidence`: 1 where the answer was wrong. */
  readonly wrong: Int32Array;
}

export const NONCONFORMITY = 'guarantees.nonconformity';
export const CONFIDENCE = 'guarantees.confidence';
export const WRONG = 'guarantees.wrong';
const MAX_ROWS = 1000;

/** Probabilities as they would be served, and the true classes. Beyond 1,000 rows a random thousand, which is as exchangeable. */
export function gatherOutcomes({ rows, classes, data }: Probabilities, targets: Int32Array, seed: number): Outcomes {
  const drawn = createRandom(seed).permutation(rows).subarray(0, MAX_ROWS);
  const nonconformity = Float32Array.from(drawn, (row) => 1 - (data[row * classes + (targets[row] ?? 0)] ?? 0));
  const answers = Array.from(drawn, (row) => {
    const own = data.subarray(row * classes, (row + 1) * classes);
    const confidence = own.reduce((most, p) => Math.max(most, p), 0);
    return { confidence, wrong: own.indexOf(confidence) === targets[row] ? 0 : 1 };
  }).sort((a, b) => b.confidence - a.confidence);
  return {
    nonconformity: nonconformity.sort(),
    confidence: Float32Array.from(answers, ({ confidence }) => confidence),
    wrong: Int32Array.from(answers, ({ wrong }) => wrong),
  };
}

export function outcomeTensors({ nonconformity, confidence, wrong }: Outcomes): Readonly<Record<string, Tensor>> {
  return { [NONCONFORMITY]: tensor(nonconformity), [CONFIDENCE]: tensor(confidence), [WRONG]: tensor(wrong) };
}
