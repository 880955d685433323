import type { Graph, Value } from '../graph/types.ts';
import { staticDimensionAt } from '../shape/axes.ts';
import { tensor } from '../tensor.ts';
import { add, exp, log, logSigmoid, max, mul, neg, softplus, sub } from './elementwise.ts';
import { sigmoidCrossEntropy, weighRows } from './losses.ts';
import { matmul } from './matrix.ts';
import { reduceSum } from './reduce.ts';
import { concat, slice, squeeze, unsqueeze } from './shape.ts';

/** Ordered classes as one score: the probability of a class above k is sigmoid(score - thresholds[k]). */
export interface OrdinalScores {
  /** [B, 1] */
  readonly score: Value;
  /** [C - 1], ascending: see `orderedThresholds`. */
  readonly thresholds: Value;
}

// What two thresholds enclose is at least this likely, so that its logarithm stays finite.
const SMALLEST_STEP = 1e-12;

/** [n] free numbers as ascending thresholds: the first, then steps of softplus of the others. */
export function orderedThresholds(free: Value): Value {
  const count = staticDimensionAt(free.shape, 0);
  if (count === 1) return free;
  const steps = concat([slice(free, 0, 0, 1), softplus(slice(free, 0, 1))], 0);
  const sums = triangle(free.graph, { rows: count, columns: count, isOne: (row, column) => row <= column });
  return squeeze(matmul(unsqueeze(steps, 0), sums), 0);
}

/** Logarithms of the classes' probabilities [B, C] by the cumulative link (McCullagh 1980, Regression Models for Ordinal Data). */
export function ordinalLogProbabilities({ score, thresholds }: OrdinalScores): Value {
  const last = staticDimensionAt(thresholds.shape, 0) - 1;
  const above = sub(score, thresholds);
  const lowest = logSigmoid(neg(slice(above, 1, 0, 1)));
  const highest = logSigmoid(slice(above, 1, last));
  if (last === 0) return concat([lowest, highest], 1);
  // sigmoid(a) - sigmoid(b) = sigmoid(a) sigmoid(-b) (1 - exp(b - a)), each factor with an exact logarithm.
  const steps = sub(slice(thresholds, 0, 1), slice(thresholds, 0, 0, last));
  const enclosed = log(max(sub(1, exp(neg(steps))), SMALLEST_STEP));
  const sides = add(logSigmoid(slice(above, 1, 0, last)), logSigmoid(neg(slice(above, 1, 1))));
  return concat([lowest, add(sides, enclosed), highest], 1);
}

/** Cross-entropy of ordered classes with targets [B, C] and weights [B] as in `softmaxCrossEntropy`. */
export function ordinalCrossEntropy(scores: OrdinalScores, targets: Value, weights?: Value): Value {
  return weighRows(neg(reduceSum(mul(targets, ordinalLogProbabilities(scores)), [-1])), weights);
}

/**
 * Sum over thresholds of the cross-entropy of lying above (Cao et al., CORAL, arXiv 1901.07884); there the thresholds, its
 * biases, may be free: they are in order where the loss is smallest. Targets and weights as above.
 */
export function coralCrossEntropy({ score, thresholds }: OrdinalScores, targets: Value, weights?: Value): Value {
  const classes = staticDimensionAt(targets.shape, targets.shape.length - 1);
  const isAbove = { rows: classes, columns: classes - 1, isOne: (label: number, k: number) => label > k };
  return sigmoidCrossEntropy(sub(score, thresholds), matmul(targets, triangle(targets.graph, isAbove)), weights);
}

interface Triangle {
  readonly rows: number;
  readonly columns: number;
  readonly isOne: (row: number, column: number) => boolean;
}

function triangle(graph: Graph, { rows, columns, isOne }: Triangle): Value {
  const oneAt = (_: unknown, place: number): number => Number(isOne(Math.floor(place / columns), place % columns));
  return graph.constant(tensor(Float32Array.from({ length: rows * columns }, oneAt), [rows, columns]));
}
