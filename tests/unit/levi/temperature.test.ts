import { expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { atTemperature, calibratedLosses, fitTemperature } from '../../../src/levi/calibration/temperature.ts';
import { chooseByLoss } from '../../../src/levi/fine-tune/choose-method.ts';
import { crossEntropy, mean } from '../../../src/levi/metrics/classification-metrics.ts';
import type { Probabilities } from '../../../src/levi/metrics/classification-metrics.ts';

const CLASSES = 3;
const classWeights = Float32Array.of(1, 1, 1);

/** Rows whose labels are drawn from their probabilities, so that these are calibrated. */
function calibratedRows(rows: number, seed: number): { probabilities: Probabilities; targets: Int32Array } {
  const random = createRandom(seed);
  const data = new Float32Array(rows * CLASSES);
  const targets = Int32Array.from({ length: rows }, (_, row) => {
    const weights = Array.from({ length: CLASSES }, () => Math.exp(1.5 * random.normal()));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const shares = weights.map((weight) => weight / total);
    data.set(shares, row * CLASSES);
    const draw = random.uniform();
    return draw < (shares[0] ?? 0) ? 0 : draw < (shares[0] ?? 0) + (shares[1] ?? 0) ? 1 : 2;
  });
  return { probabilities: { rows, classes: CLASSES, data }, targets };
}

test.each([0.5, 1, 2.5])('finds the temperature %d that would undo how sure a method is too sure', (temperature) => {
  const { probabilities, targets } = calibratedRows(20_000, 3);
  const distorted = atTemperature(probabilities, 1 / temperature);
  const found = fitTemperature({ probabilities: distorted, targets, classWeights });
  expect(found / temperature).toBeGreaterThan(0.95);
  expect(found / temperature).toBeLessThan(1.05);
  expect(crossEntropy(atTemperature(distorted, found), targets)).toBeLessThanOrEqual(
    crossEntropy(distorted, targets) + 1e-6,
  );
});

test('a few rows that are all right do not make a method certain, and no rows change nothing', () => {
  const probabilities: Probabilities = { rows: 5, classes: 3, data: new Float32Array(15).fill(0.1) };
  for (let row = 0; row < 5; row++) probabilities.data[row * 3] = 0.8;
  const found = fitTemperature({ probabilities, targets: new Int32Array(5), classWeights });
  expect(found).toBeGreaterThan(0.5);
  expect(found).toBeLessThan(1);
  const none: Probabilities = { rows: 0, classes: 3, data: new Float32Array(0) };
  expect(fitTemperature({ probabilities: none, targets: new Int32Array(0), classWeights })).toBeCloseTo(1, 2);
});

test('stays within its bounds and finite for certain answers, right or wrong', () => {
  const sure: Probabilities = { rows: 200, classes: 3, data: new Float32Array(600) };
  for (let row = 0; row < 200; row++) sure.data[row * 3] = 1;
  for (const target of [0, 1]) {
    const targets = new Int32Array(200).fill(target);
    const found = fitTemperature({ probabilities: sure, targets, classWeights });
    expect(found).toBeGreaterThanOrEqual(0.05);
    expect(found).toBeLessThanOrEqual(20);
    expect(mean(calibratedLosses({ probabilities: sure, targets, classWeights }))).toBeLessThan(30);
  }
});

test('the compared loss is that of a temperature fitted on the other half, weighted by class', () => {
  const { probabilities, targets } = calibratedRows(400, 5);
  const distorted = atTemperature(probabilities, 0.4);
  const losses = calibratedLosses({ probabilities: distorted, targets, classWeights });
  expect(mean(losses)).toBeLessThan(crossEntropy(distorted, targets));
  expect(mean(losses)).toBeGreaterThan(crossEntropy(probabilities, targets) - 0.01);
  const onlyFirst = calibratedLosses({ probabilities, targets, classWeights: Float32Array.of(1, 0, 0) });
  expect([...onlyFirst].every((loss, row) => targets[row] === 0 || loss === 0)).toBe(true);
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
});
