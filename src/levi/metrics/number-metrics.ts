import { rowLosses, weightedMean } from '../tasks/family-scores.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import type { Targets } from '../tasks/targets.ts';

/** Mean absolute error, in the target's unit. */
export function meanAbsoluteError(answers: AnswerMatrix, targets: Targets): number {
  return weightedMean(rowLosses('squared', answers, targets).map(Math.sqrt));
}

/** Share of the variance explained; 0 for the mean of these very rows, negative for what is worse than that. */
export function determination(answers: AnswerMatrix, targets: Targets): number {
  const errors = weightedMean(rowLosses('squared', answers, targets));
  const average = weightedMean(targets.data);
  const variance = weightedMean(targets.data.map((value) => (value - average) ** 2));
  return variance === 0 ? 0 : 1 - errors / variance;
}

/** The position of the level nearest to each number; the lower of two equally near. */
export function nearestLevels(numbers: ArrayLike<number>, levels: readonly number[]): Int32Array {
  return Int32Array.from(numbers, (value) =>
    levels.reduce(
      (best, level, index) => (Math.abs(level - value) < Math.abs((levels[best] ?? 0) - value) ? index : best),
      0,
    ),
  );
}

/**
 * Probabilities of the levels, each that of a normal around the answer between the middles to its neighbours.
 * @param deviation of the answers' errors
 */
export function levelProbabilities(value: number, levels: readonly number[], deviation: number): Float32Array {
  const below = (bound: number | undefined): number =>
    bound === undefined ? 1 : normalShareBelow((bound - value) / deviation);
  let previous = 0;
  return Float32Array.from(levels, (level, index) => {
    const next = levels[index + 1];
    const upTo = below(next === undefined ? undefined : (level + next) / 2);
    const share = Math.max(0, upTo - previous);
    previous = upTo;
    return share;
  });
}

/** The standard normal distribution function, to 1e-7 (Abramowitz & Stegun 26.2.17). */
export function normalShareBelow(x: number): number {
  if (x === Infinity) return 1;
  const t = 1 / (1 + 0.2316419 * Math.abs(x));
  const tail =
    (Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)) *
    t *
    (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return x >= 0 ? 1 - tail : tail;
}
