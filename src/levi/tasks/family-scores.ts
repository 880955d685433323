import type { AnswerMatrix } from './answer-matrix.ts';
import type { Family } from './family.ts';
import type { Targets } from './targets.ts';

// A certain and wrong answer costs 27.6 nats instead of infinity.
const SMALLEST_PROBABILITY = 1e-12;

type RowMeasure = (answer: Float32Array, target: Float32Array) => number;

const surprise = (probability: number): number => -Math.log(Math.max(probability, SMALLEST_PROBABILITY));

const ROW_LOSSES = {
  softmax: (answer, target) => {
    let loss = 0;
    for (let index = 0; index < answer.length; index++) {
      const share = target[index] ?? 0;
      if (share !== 0) loss += share * surprise(answer[index] ?? 0);
    }
    return loss;
  },
  sigmoid: (answer, target) => {
    let loss = 0;
    for (let index = 0; index < answer.length; index++) {
      const p = answer[index] ?? 0;
      loss += surprise((target[index] ?? 0) > 0 ? p : 1 - p);
    }
    return loss;
  },
  squared: (answer, target) => ((answer[0] ?? 0) - (target[0] ?? 0)) ** 2,
} as const satisfies Record<Family, RowMeasure>;

/** Each row's loss: cross-entropy in nats (of labels: summed over them), or the squared error in the target's unit. */
export function rowLosses(family: Family, answers: AnswerMatrix, targets: Targets): Float64Array {
  return measureRows(answers, targets, ROW_LOSSES[family]);
}

export function measureRows(answers: AnswerMatrix, targets: Targets, measure: RowMeasure): Float64Array {
  const { rows, outputs } = answers;
  const measured = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const from = row * outputs;
    measured[row] = measure(answers.data.subarray(from, from + outputs), targets.data.subarray(from, from + outputs));
  }
  return measured;
}

/** Sum of w x over sum of w; the plain mean without weights. */
export function weightedMean(values: ArrayLike<number>, weights?: ArrayLike<number>): number {
  let total = 0;
  let weight = 0;
  for (let index = 0; index < values.length; index++) {
    const own = weights?.[index] ?? 1;
    total += own * (values[index] ?? 0);
    weight += own;
  }
  return weight === 0 ? 0 : total / weight;
}

/** `share` of one and the rest of the other: what the family's graph gives for two methods' logits. */
export function mixAnswers(one: AnswerMatrix, other: AnswerMatrix, share: number): AnswerMatrix {
  const data = one.data.map((value, index) => share * value + (1 - share) * (other.data[index] ?? 0));
  return { ...one, data };
}
