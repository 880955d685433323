import type { AnswerMatrix } from '../tasks/answer-matrix.ts';

import { calibrationError } from './calibration-error.ts';

/** The most probable class of each row; the first of equals. */
export function predictedClasses({ rows, outputs, data }: AnswerMatrix): Int32Array {
  const predicted = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let index = 1; index < outputs; index++) {
      if ((data[row * outputs + index] ?? 0) > (data[row * outputs + best] ?? 0)) best = index;
    }
    predicted[row] = best;
  }
  return predicted;
}

/** 1 where the predicted class is the true one, else 0. */
export function correctness(answers: AnswerMatrix, targets: Int32Array): Uint8Array {
  return Uint8Array.from(predictedClasses(answers), (predicted, row) => (predicted === targets[row] ? 1 : 0));
}

export function mean(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0;
  return values.length === 0 ? 0 : total / values.length;
}

/** Confidence against accuracy. */
export function expectedCalibrationError(answers: AnswerMatrix, targets: Int32Array): number {
  const { outputs, data } = answers;
  const predicted = predictedClasses(answers);
  const confidences = Float64Array.from(predicted, (answer, row) => data[row * outputs + answer] ?? 0);
  return calibrationError(confidences, (row) => (predicted[row] === targets[row] ? 1 : 0));
}

/** `counts[true][predicted]`. */
export function confusionMatrix(answers: AnswerMatrix, targets: Int32Array): number[][] {
  const { outputs: classes } = answers;
  const counts = Array.from({ length: classes }, () => Array.from({ length: classes }, () => 0));
  for (const [row, predicted] of predictedClasses(answers).entries()) {
    const line = counts[targets[row] ?? 0];
    if (line !== undefined) line[predicted] = (line[predicted] ?? 0) + 1;
  }
  return counts;
}

/** Mean F1 over the classes that occur, as target or as answer. */
export function macroF1(answers: AnswerMatrix, targets: Int32Array): number {
  const { outputs: classes } = answers;
  const hits = new Int32Array(classes);
  const asked = new Int32Array(classes);
  const answered = new Int32Array(classes);
  for (const [row, predicted] of predictedClasses(answers).entries()) {
    const target = targets[row] ?? 0;
    asked[target] = (asked[target] ?? 0) + 1;
    answered[predicted] = (answered[predicted] ?? 0) + 1;
    if (predicted === target) hits[target] = (hits[target] ?? 0) + 1;
  }
  const scores: number[] = [];
  for (let index = 0; index < classes; index++) {
    const total = (asked[index] ?? 0) + (answered[index] ?? 0);
    if (total > 0) scores.push((2 * (hits[index] ?? 0)) / total);
  }
  return mean(scores);
}
