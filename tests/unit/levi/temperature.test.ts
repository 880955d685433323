import { expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { calibratedLosses, classesOf } from '../../../src/levi/calibration/calibrate.ts';
import { atTemperature, fitTemperature } from '../../../src/levi/calibration/temperature.ts';
import { chooseByLoss } from '../../../src/levi/fine-tune/choose-method.ts';
import { mean } from '../../../src/levi/metrics/classification-metrics.ts';
import type { AnswerMatrix } from '../../../src/levi/tasks/answer-matrix.ts';
import { rowLosses, weightedMean } from '../../../src/levi/tasks/family-scores.ts';
import type { Targets } from '../../../src/levi/tasks/targets.ts';

const CLASSES = 3;
const evenly = (rows: number): Float32Array => new Float32Array(rows).fill(1);
const family = 'softmax' as const;

function oneHot(classes: ArrayLike<number>): Targets {
  const data = new Float32Array(classes.length * CLASSES);
  for (let row = 0; row < classes.length; row++) data[row * CLASSES + (classes[row] ?? 0)] = 1;
  return { rows: classes.length, outputs: CLASSES, data, strata: Int32Array.from(classes) };
}

const crossEntropy = (answers: AnswerMatrix, targets: Targets): number =>
  weightedMean(rowLosses(family, answers, targets));

/** Rows whose labels are drawn from their probabilities, so that these are calibrated. */
function calibratedRows(rows: number, seed: number): { answers: AnswerMatrix; targets: Targets } {
  const random = createRandom(seed);
  const data = new Float32Array(rows * CLASSES);
  const classes = Int32Array.from({ length: rows }, (_, row) => {
    const weights = Array.from({ length: CLASSES }, () => Math.exp(1.5 * random.normal()));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = weights.map((weight) => weight / total);
    data.set(shares, row * CLASSES);
    const draw = random.uniform();
    return draw < (shares[0] ?? 0) ? 0 : draw < (shares[0] ?? 0) + (shares[1] ?? 0) ? 1 : 2;
  });
  return { answers: { rows, outputs: CLASSES, data }, targets: oneHot(classes) };
}

test.each([0.5, 1, 2.5])('finds the temperature %d that would undo how sure a method is too sure', (temperature) => {
  const { answers, targets } = calibratedRows(8_000, 3);
  const distorted = atTemperature(answers, 1 / temperature);
  const found = fitTemperature({ answers: distorted, classes: classesOf(targets), weights: evenly(8_000) });
  expect(found / temperature).toBeGreaterThan(0.95);
  expect(found / temperature).toBeLessThan(1.05);
  expect(crossEntropy(atTemperature(distorted, found), targets)).toBeLessThanOrEqual(
    crossEntropy(distorted, targets) + 1e-6,
  );
});

test('a few rows that are all right do not make a method certain, and no rows change nothing', () => {
  const answers: AnswerMatrix = { rows: 5, outputs: 3, data: new Float32Array(15).fill(0.1) };
  for (let row = 0; row < 5; row++) answers.data[row * 3] = 0.8;
  const found = fitTemperature({ answers, classes: new Int32Array(5), weights: evenly(5) });
  expect(found).toBeGreaterThan(0.5);
  expect(found).toBeLessThan(1);
  const none: AnswerMatrix = { rows: 0, outputs: 3, data: new Float32Array(0) };
  expect(fitTemperature({ answers: none, classes: new Int32Array(0), weights: evenly(0) })).toBeCloseTo(1, 2);
});

test('stays within its bounds and finite for certain answers, right or wrong', () => {
  const sure: AnswerMatrix = { rows: 200, outputs: 3, data: new Float32Array(600) };
  for (let row = 0; row < 200; row++) sure.data[row * 3] = 1;
  for (const target of [0, 1]) {
    const classes = new Int32Array(200).fill(target);
    const weights = evenly(200);
    const found = fitTemperature({ answers: sure, classes, weights });
    expect(found).toBeGreaterThanOrEqual(0.05);
    expect(found).toBeLessThanOrEqual(20);
    expect(mean(calibratedLosses({ family, answers: sure, targets: oneHot(classes), weights }))).toBeLessThan(30);
  }
});

test('the compared loss is that of a temperature fitted on the other half, weighted by class', () => {
  const { answers, targets } = calibratedRows(400, 5);
  const distorted = atTemperature(answers, 0.4);
  const losses = calibratedLosses({ family, answers: distorted, targets, weights: evenly(400) });
  expect(mean(losses)).toBeLessThan(crossEntropy(distorted, targets));
  expect(mean(losses)).toBeGreaterThan(crossEntropy(answers, targets) - 0.01);
  const classes = classesOf(targets);
  const weights = Float32Array.from(classes, (target) => (target === 0 ? 1 : 0));
  const onlyFirst = calibratedLosses({ family, answers, targets, weights });
  expect([...onlyFirst].every((loss, row) => classes[row] === 0 || loss === 0)).toBe(true);
});

test('auto serves the lowest loss, but levi+ensemble where the difference is within a standard error', () => {
  const best = Float64Array.from([0.1, 0.2, 0.3, 0.4]);
  const close = Float64Array.from([0.3, 0.1, 0.2, 0.5]);
  const far = best.map((loss) => loss + 0.2);
  expect(chooseByLoss(new Map([['concat_all', best] as const, ['levi+ensemble', close] as const]))).toBe(
    'levi+ensemble',
  );
  expect(chooseByLoss(new Map([['concat_all', best] as const, ['levi+ensemble', far] as const]))).toBe('concat_all');
  expect(chooseByLoss(new Map([['concat_all', close] as const, ['task_only', best] as const]))).toBe('task_only');
  // Of the two that are preferred, the better one.
  const both = new Map([['task_only', best] as const, ['levi+ensemble', far] as const, ['levi+task', close] as const]);
  expect(chooseByLoss(both)).toBe('levi+task');
});
