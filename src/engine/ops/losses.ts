import type { Value } from '../graph/types.ts';
import { staticDimensionAt } from '../shape/axes.ts';
import { GraphError } from '../graph-error.ts';
import { absolute, add, exp, log, max, mul, neg, square, sub } from './elementwise.ts';
import { logSoftmax } from './normalise.ts';
import { reduceMean, reduceSum } from './reduce.ts';

/**
 * Cross-entropy of logits [B, C] with targets [B, C] that sum to 1 a row: one-hot, smoothed or another model's probabilities.
 * Weights [B] say what a row counts: 1/n for n real rows and 0 for padding give the mean over a partial batch with a
 * static shape. Without weights, the mean over rows.
 */
export function softmaxCrossEntropy(logits: Value, targets: Value, weights?: Value): Value {
  return weighRows(neg(reduceSum(mul(targets, logSoftmax(logits)), [-1])), weights);
}

/** Per-label cross-entropy of logits [B, C] with targets [B, C] in 0..1, summed over labels; weights as above. */
export function sigmoidCrossEntropy(logits: Value, targets: Value, weights?: Value): Value {
  // max(x, 0) - x t + log(1 + exp(-|x|)): never exponentiates a positive number. Not relu(x), whose gradient at 0 is 0, not 1/2.
  const losses = add(sub(max(logits, 0), mul(logits, targets)), log(add(exp(neg(absolute(logits))), 1)));
  return weighRows(reduceSum(losses, [-1]), weights);
}

/** Squared error of predictions [B, C] and targets [B, C], summed over columns; weights as above. */
export function squaredError(predictions: Value, targets: Value, weights?: Value): Value {
  return weighRows(reduceSum(square(sub(predictions, targets)), [-1]), weights);
}

/** Targets [B, C] that give `smoothing` of each row to all classes in equal parts (Szegedy et al., arXiv 1512.00567). */
export function smoothLabels(targets: Value, smoothing: number): Value {
  if (!(smoothing >= 0 && smoothing < 1)) throw new GraphError(`a smoothing of ${smoothing} is not from 0 to below 1`);
  const classes = staticDimensionAt(targets.shape, targets.shape.length - 1);
  return add(mul(targets, 1 - smoothing), smoothing / classes);
}

/** The mean over rows, or their sum with the given weights. */
export function weighRows(losses: Value, weights: Value | undefined): Value {
  return weights === undefined ? reduceMean(losses) : reduceSum(mul(losses, weights));
}
