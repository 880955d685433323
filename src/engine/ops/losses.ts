import type { Value } from '../graph/types.ts';
import { add, exp, log, mul, neg, relu, square, sub } from './elementwise.ts';
import { logSoftmax } from './normalise.ts';
import { reduceMean, reduceSum } from './reduce.ts';

/**
 * Cross-entropy of logits [B, C] with targets [B, C] that sum to 1 a row: one-hot, smoothed or another model's probabilities.
 * Weights [B] say what a row counts: 1/n for n real rows and 0 for padding give the mean over a partial batch with a
 * static shape. Without weights, the mean over rows.
 */
export function softmaxCrossEntropy(logits: Value, targets: Value, weights?: Value): Value {
  return weighted(neg(reduceSum(mul(targets, logSoftmax(logits)), [-1])), weights);
}

/** Per-label cross-entropy of logits [B, C] with targets [B, C] in 0..1, summed over labels; weights as above. */
export function sigmoidCrossEntropy(logits: Value, targets: Value, weights?: Value): Value {
  // max(x, 0) - x t + log(1 + exp(-|x|)): never exponentiates a positive number.
  const magnitude = add(relu(logits), relu(neg(logits)));
  const losses = add(sub(relu(logits), mul(logits, targets)), log(add(exp(neg(magnitude)), 1)));
  return weighted(reduceSum(losses, [-1]), weights);
}

/** Squared error of predictions [B, C] and targets [B, C], summed over columns; weights as above. */
export function squaredError(predictions: Value, targets: Value, weights?: Value): Value {
  return weighted(reduceSum(square(sub(predictions, targets)), [-1]), weights);
}

function weighted(losses: Value, weights: Value | undefined): Value {
  return weights === undefined ? reduceMean(losses) : reduceSum(mul(losses, weights));
}
