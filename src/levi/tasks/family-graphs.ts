import {
  add,
  log,
  logSoftmax,
  mul,
  sigmoid,
  sigmoidCrossEntropy,
  sigmoidFocalLoss,
  smoothLabels,
  softmax,
  softmaxCrossEntropy,
  softmaxFocalLoss,
  squaredError,
  sub,
} from '../../engine/index.ts';
import type { Value } from '../../engine/index.ts';
import type { Family } from './family.ts';
import type { LossChoice } from './loss-choice.ts';

/** 1 / T, `[1, 1]`: what every logit is multiplied by before it becomes a probability. */
export const INVERSE_TEMPERATURE = 'calibration.inverse_temperature';
/** Mean and deviation of the numbers that were learned from, `[1, 1]` each: models answer in these units. */
export const CENTER = 'target.center';
export const SCALE_OF_TARGET = 'target.scale';
/** Of the errors on the validation rows, `[1, 1]`, in the target's unit. */
export const DEVIATION = 'calibration.deviation';

export interface FamilyGraph {
  /** Loss of logits and targets `[.., B, outputs]`, the rows weighted by `[B]` and summed. */
  readonly loss: (logits: Value, targets: Value, weights: Value) => Value;
  /** Tensors `[1, 1]` of every adapter. */
  readonly weights: readonly string[];
  /** Logits as they are served. */
  readonly answer: (logits: Value, weight: (name: string) => Value) => Value;
  /** Logits half way between two methods'. */
  readonly average: (one: Value, other: Value) => Value;
  /** Logits whose answer is `share` of one method's and the rest of the other's. */
  readonly mix: (one: Value, other: Value, share: Value) => Value;
  /** Bounds the second derivative of the loss by a logit. */
  readonly curvature: number;
}

// Keeps logarithms finite where probabilities underflow.
const SMALLEST_PROBABILITY = 1e-12;

const half = (value: Value): Value => mul(value, 0.5);
const blend = (one: Value, other: Value, share: Value): Value => add(mul(one, share), mul(other, sub(1, share)));
const logOf = (probabilities: Value): Value => log(add(probabilities, SMALLEST_PROBABILITY));

export const FAMILY_GRAPHS = {
  softmax: {
    loss: softmaxCrossEntropy,
    weights: [INVERSE_TEMPERATURE],
    answer: (logits, weight) => softmax(mul(logits, weight(INVERSE_TEMPERATURE)), -1),
    average: (one, other) => half(add(logSoftmax(one, -1), logSoftmax(other, -1))),
    mix: (one, other, share) => logOf(blend(softmax(one, -1), softmax(other, -1), share)),
    curvature: 0.25,
  },
  sigmoid: {
    loss: sigmoidCrossEntropy,
    weights: [INVERSE_TEMPERATURE],
    answer: (logits, weight) => sigmoid(mul(logits, weight(INVERSE_TEMPERATURE))),
    average: (one, other) => half(add(one, other)),
    mix: (one, other, share) => {
      const mixed = blend(sigmoid(one), sigmoid(other), share);
      return sub(logOf(mixed), logOf(sub(1, mixed)));
    },
    curvature: 0.25,
  },
  squared: {
    loss: squaredError,
    weights: [CENTER, SCALE_OF_TARGET, DEVIATION],
    answer: (logits, weight) => add(mul(logits, weight(SCALE_OF_TARGET)), weight(CENTER)),
    average: (one, other) => half(add(one, other)),
    mix: blend,
    curvature: 2,
  },
} as const satisfies Record<Family, FamilyGraph>;

/** LEVI's loss; numbers have their squared error, whatever was chosen. */
export function lossOf(family: Family, { type, focusing, smoothing }: LossChoice): FamilyGraph['loss'] {
  if (family === 'squared') return FAMILY_GRAPHS.squared.loss;
  const soften = SMOOTHERS[family];
  const focal = family === 'softmax' ? softmaxFocalLoss : sigmoidFocalLoss;
  return (logits, targets, weights) => {
    const softened = smoothing === 0 ? targets : soften(targets, smoothing);
    if (type === 'focal') return focal(logits, softened, { focusing, weights });
    return FAMILY_GRAPHS[family].loss(logits, softened, weights);
  };
}

const SMOOTHERS = {
  softmax: smoothLabels,
  // A label's two answers are its presence and its absence.
  sigmoid: (targets: Value, smoothing: number): Value => add(mul(targets, 1 - smoothing), smoothing / 2),
} as const;
