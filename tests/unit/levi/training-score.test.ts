import { expect, test } from 'vitest';
import { tensor } from '../../../src/engine/index.ts';
import type { Family } from '../../../src/levi/tasks/family.ts';
import { createTrainingScore } from '../../../src/levi/train/training-score.ts';

interface Batch {
  /** Rows of the data. */
  readonly chosen: readonly number[];
  /** Of as many rows and of padding behind them. */
  readonly logits: readonly number[];
}

function scoreOf(family: Family, targets: readonly number[], outputs: number, batches: readonly Batch[]): number {
  const score = createTrainingScore({
    family,
    outputs,
    targets: Float32Array.from(targets),
    targetScale: family === 'squared' ? 10 : 1,
  });
  for (const { chosen, logits } of batches)
    score.add(Int32Array.from(chosen), tensor(Float32Array.from(logits), [logits.length / outputs, outputs]));
  return score.value();
}

test('classes: the share of rows whose largest logit is theirs, over all batches, padding aside', () => {
  const targets = [1, 0, 0, 1, 1, 0];
  const batches = [
    { chosen: [2, 0], logits: [3, -1, -2, -1] },
    { chosen: [1], logits: [-5, -4, 9, 0] },
  ];
  expect(scoreOf('softmax', targets, 2, batches)).toBeCloseTo(2 / 3, 12);
});

test('labels: the mean F1 of what is given from a logit of 0', () => {
  const targets = [1, 1, 0, 0, 1, 0];
  const batches = [{ chosen: [0, 1], logits: [2, -1, -3, 0, 1, -0.1, 7, 7, 7] }];
  expect(scoreOf('sigmoid', targets, 3, batches)).toBeCloseTo((2 / 3 + 2 / 3) / 2, 12);
});

test("numbers: the root of the mean squared error in the target's unit", () => {
  const batches = [
    { chosen: [1], logits: [0.5, 99] },
    { chosen: [0], logits: [1.5] },
  ];
  expect(scoreOf('squared', [1, 0.25], 1, batches)).toBeCloseTo(10 * Math.sqrt((0.25 + 0.0625) / 2), 5);
});
