import {
  coralCrossEntropy,
  orderedThresholds,
  ordinalCrossEntropy,
  sigmoidCrossEntropy,
  sigmoidFocalLoss,
  smoothLabels,
  softmaxCrossEntropy,
  softmaxFocalLoss,
  squaredError,
} from '../../src/engine/index.ts';
import type { Value } from '../../src/engine/index.ts';
import { any, operatorCase } from './operator-case.ts';
import type { CaseInput, OperatorCase } from './operator-case.ts';

/** What a row of a loss is by its definition, from rows of predictions and targets and whatever else is learned. */
type Definition = (prediction: readonly number[], target: readonly number[], learned: readonly number[]) => number;

export interface LossCase extends OperatorCase {
  readonly definition: Definition;
}

const shares = (...dims: readonly number[]): CaseInput => ({ ...any(...dims), range: [0, 1] });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function softmax(logits: readonly number[]): readonly number[] {
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / sum(powers));
}

const focal = (probability: number, focusing: number): number => (1 - probability) ** focusing * -Math.log(probability);

function ascending([first = 0, ...others]: readonly number[]): readonly number[] {
  const thresholds = [first];
  for (const other of others) thresholds.push((thresholds.at(-1) ?? 0) + Math.log(1 + Math.exp(other)));
  return thresholds;
}

/** Targets [3, C], predictions [3, width], what is learned besides, and the weights of the three rows. */
function lossCase(
  name: string,
  {
    width = 4,
    classes = width,
    learned = 1,
  }: { readonly width?: number; readonly classes?: number; readonly learned?: number },
  build: (prediction: Value, targets: Value, weights: Value, learned: Value) => Value,
  definition: Definition,
): LossCase {
  const inputs = [any(3, width), shares(3, classes), shares(3), any(learned)] as const;
  return { ...operatorCase(name, inputs, build), definition };
}

export const lossCases: readonly LossCase[] = [
  lossCase('softmax cross-entropy', {}, softmaxCrossEntropy, (x, t) =>
    sum(softmax(x).map((p, label) => -(t[label] ?? 0) * Math.log(p))),
  ),
  lossCase(
    'softmax cross-entropy of smoothed labels',
    {},
    (x, t, weights) => softmaxCrossEntropy(x, smoothLabels(t, 0.2), weights),
    (x, t) => sum(softmax(x).map((p, label) => -(0.8 * (t[label] ?? 0) + 0.05) * Math.log(p))),
  ),
  lossCase('sigmoid cross-entropy', {}, sigmoidCrossEntropy, (x, t) =>
    sum(
      x.map(
        (logit, label) =>
          -(t[label] ?? 0) * Math.log(sigmoid(logit)) - (1 - (t[label] ?? 0)) * Math.log(sigmoid(-logit)),
      ),
    ),
  ),
  lossCase('squared error', {}, squaredError, (x, t) => sum(x.map((value, at) => (value - (t[at] ?? 0)) ** 2))),
  ...[0, 1, 2, 3.5].flatMap((focusing) => [
    lossCase(
      `softmax focal loss, focusing ${focusing}`,
      {},
      (x, t, weights) => softmaxFocalLoss(x, t, { focusing, weights }),
      (x, t) => sum(softmax(x).map((p, label) => (t[label] ?? 0) * focal(p, focusing))),
    ),
    lossCase(
      `sigmoid focal loss, focusing ${focusing}`,
      {},
      (x, t, weights) => sigmoidFocalLoss(x, t, { focusing, weights }),
      (x, t) =>
        sum(
          x.map((logit, label) => {
            const share = t[label] ?? 0;
            return share * focal(sigmoid(logit), focusing) + (1 - share) * focal(sigmoid(-logit), focusing);
          }),
        ),
    ),
  ]),
  ...[2, 3, 5].map((classes) =>
    lossCase(
      `ordinal cross-entropy of ${classes} classes`,
      { width: 1, classes, learned: classes - 1 },
      (score, t, weights, free) => ordinalCrossEntropy({ score, thresholds: orderedThresholds(free) }, t, weights),
      ([score = 0], t, free) => {
        const above = [1, ...ascending(free).map((threshold) => sigmoid(score - threshold)), 0];
        return sum(t.map((share, label) => -share * Math.log((above[label] ?? 0) - (above[label + 1] ?? 0))));
      },
    ),
  ),
  lossCase(
    'CORAL cross-entropy',
    { width: 1, classes: 4, learned: 3 },
    (score, t, weights, thresholds) => coralCrossEntropy({ score, thresholds }, t, weights),
    ([score = 0], t, thresholds) =>
      sum(
        thresholds.map((threshold, k) => {
          const [is, isNot] = [sum(t.slice(k + 1)), sum(t) - sum(t.slice(k + 1))];
          // Targets of the case do not sum to 1: what is not above counts 1 - above, as in the loss.
          const rest = isNot + (1 - sum(t));
          return -is * Math.log(sigmoid(score - threshold)) - rest * Math.log(sigmoid(threshold - score));
        }),
      ),
  ),
];
