import { createRandom, tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import { classesOf } from '../calibration/calibrate.ts';
import { correctness } from '../metrics/classification-metrics.ts';
import { exactMatches } from '../metrics/multi-label-metrics.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import { measureRows } from '../tasks/family-scores.ts';
import type { Family } from '../tasks/family.ts';
import type { Targets } from '../tasks/targets.ts';

/** How the served method did on rows that it had not learned from: what its guarantees are counted from. */
export interface Outcomes {
  /** How far each answer was from the truth, ascending: 1 - p(true label), of several labels that of the least likely true one, or the absolute error of a number. */
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

export interface AnsweredRows {
  /** As they would be served. */
  readonly answers: AnswerMatrix;
  readonly targets: Targets;
}

/** Beyond 1,000 rows a random thousand, which is as exchangeable. */
export function gatherOutcomes(family: Family, { answers, targets }: AnsweredRows, seed: number): Outcomes {
  const drawn = createRandom(seed).permutation(answers.rows).subarray(0, MAX_ROWS);
  const far = measureRows(answers, targets, NONCONFORMITIES[family]);
  const sure = confidences(family, answers);
  const isWrong = mistakes(family, { answers, targets });
  const judged = (isWrong === null ? [] : [...drawn])
    .map((row) => ({ confidence: sure[row] ?? 0, wrong: isWrong?.[row] ?? 0 }))
    .sort((a, b) => b.confidence - a.confidence);
  return {
    nonconformity: Float32Array.from(drawn, (row) => far[row] ?? 0).sort(),
    confidence: Float32Array.from(judged, ({ confidence }) => confidence),
    wrong: Int32Array.from(judged, ({ wrong }) => wrong),
  };
}

const NONCONFORMITIES = {
  softmax: (answer, target) => 1 - (answer[target.indexOf(1)] ?? 0),
  // So that a set holds all of a row's labels, not most of them.
  sigmoid: (answer, target) =>
    answer.reduce((most, p, index) => ((target[index] ?? 0) > 0 ? Math.max(most, 1 - p) : most), 0),
  squared: (answer, target) => Math.abs((answer[0] ?? 0) - (target[0] ?? 0)),
} as const satisfies Record<Family, (answer: Float32Array, target: Float32Array) => number>;

/** How sure each answer is: the largest probability; of several labels the mean of each one's. Nothing of numbers. */
export function confidences(family: Family, { rows, outputs, data }: AnswerMatrix): Float32Array {
  return Float32Array.from({ length: family === 'squared' ? 0 : rows }, (_, row) => {
    const own = data.subarray(row * outputs, (row + 1) * outputs);
    if (family === 'softmax') return own.reduce((most, p) => Math.max(most, p), 0);
    return own.reduce((sum, p) => sum + Math.max(p, 1 - p), 0) / outputs;
  });
}

/** 1 where the answer is wrong (of several labels: not exactly right); null where answers are neither. */
function mistakes(family: Family, { answers, targets }: AnsweredRows): ArrayLike<number> | null {
  if (family === 'squared') return null;
  if (family === 'softmax') return correctness(answers, classesOf(targets)).map((right) => 1 - right);
  return exactMatches(answers, targets).map((right) => 1 - right);
}

export function outcomeTensors({ nonconformity, confidence, wrong }: Outcomes): Readonly<Record<string, Tensor>> {
  return { [NONCONFORMITY]: tensor(nonconformity), [CONFIDENCE]: tensor(confidence), [WRONG]: tensor(wrong) };
}
