import { GraphError } from '../graph-error.ts';
import type { Value } from '../graph/types.ts';
import { add, exp, logSigmoid, mul, neg, pow, relu, sigmoid, sub } from './elementwise.ts';
import { weighRows } from './losses.ts';
import { logSoftmax } from './normalise.ts';
import { reduceSum } from './reduce.ts';

export interface FocalOptions {
  /** The paper's gamma: 0 is cross-entropy; from 1 on, examples that are right already count less and less. */
  readonly focusing?: number;
  /** What each row counts [B], as in `softmaxCrossEntropy`. */
  readonly weights?: Value;
}

/** Cross-entropy of logits and targets [B, C], each class's part times (1 - p)^focusing (Lin et al., arXiv 1708.02002). */
export function softmaxFocalLoss(logits: Value, targets: Value, { focusing = 2, weights }: FocalOptions = {}): Value {
  const logarithms = logSoftmax(logits);
  // A device's exp may exceed 1 in its last place, and its pow of a negative number is none.
  const doubt = relu(sub(1, exp(logarithms)));
  return weighRows(neg(reduceSum(mul(targets, focus(logarithms, doubt, focusing)), [-1])), weights);
}

/** The same for labels that do not exclude each other: of every label, and of its absence, summed over labels. */
export function sigmoidFocalLoss(logits: Value, targets: Value, { focusing = 2, weights }: FocalOptions = {}): Value {
  const absent = neg(logits);
  const present = mul(targets, focus(logSigmoid(logits), sigmoid(absent), focusing));
  const others = mul(sub(1, targets), focus(logSigmoid(absent), sigmoid(logits), focusing));
  return weighRows(neg(reduceSum(add(present, others), [-1])), weights);
}

function focus(logarithms: Value, doubt: Value, focusing: number): Value {
  if (focusing === 0) return logarithms;
  // Below 1 the power's derivative is infinite where nothing is in doubt.
  if (!(focusing >= 1)) throw new GraphError(`a focusing of ${focusing} is neither 0 nor 1 or more`);
  return mul(pow(doubt, focusing), logarithms);
}
