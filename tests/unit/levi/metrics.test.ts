import { expect, test } from 'vitest';
import {
  confusionMatrix,
  expectedCalibrationError,
  macroF1,
  predictedClasses,
} from '../../../src/levi/metrics/classification-metrics.ts';
import type { AnswerMatrix } from '../../../src/levi/tasks/answer-matrix.ts';
import { rowLosses, weightedMean } from '../../../src/levi/tasks/family-scores.ts';
import type { Targets } from '../../../src/levi/tasks/targets.ts';
import { perClassFigures } from '../../../src/levi/metrics/per-class.ts';
import { riskCoverage } from '../../../src/levi/metrics/risk-coverage.ts';
import type { DifferenceOptions } from '../../../src/levi/metrics/paired-difference.ts';
import { pairedDifference } from '../../../src/levi/metrics/paired-difference.ts';
import { shareWithInterval } from '../../../src/levi/metrics/share-interval.ts';

const answers: AnswerMatrix = {
  rows: 4,
  outputs: 3,
  data: Float32Array.from([0.8, 0.1, 0.1, 0.3, 0.6, 0.1, 0.5, 0.25, 0.25, 0.2, 0.2, 0.6]),
};
const targets = Int32Array.from([0, 1, 1, 2]);

const oneHot = (classes: readonly number[], outputs: number): Targets => ({
  rows: classes.length,
  outputs,
  data: Float32Array.from(classes.flatMap((c) => Array.from({ length: outputs }, (_, index) => (index === c ? 1 : 0)))),
  strata: Int32Array.from(classes),
});
const losses = rowLosses('softmax', answers, oneHot([0, 1, 1, 2], 3));

test('computes the metrics of a small case worked out by hand', () => {
  expect([...predictedClasses(answers)]).toEqual([0, 1, 0, 2]);
  expect(confusionMatrix(answers, targets)).toEqual([
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 1],
  ]);
  expect(weightedMean(losses)).toBeCloseTo(-(Math.log(0.8) + Math.log(0.6) + Math.log(0.25) + Math.log(0.6)) / 4, 6);
  expect(macroF1(answers, targets)).toBeCloseTo((2 / 3 + 2 / 3 + 1) / 3, 6);
  // Bins: 0.8 (right), 0.6 and 0.6 (right), 0.5 (wrong).
  expect(expectedCalibrationError(answers, targets)).toBeCloseTo((0.2 + 0.8 + 0.5) / 4, 6);
});

test('weights the loss by row', () => {
  expect(weightedMean(losses, [0, 1, 1, 0])).toBeCloseTo(-(Math.log(0.6) + Math.log(0.25)) / 2, 6);
});

test('keeps the loss finite where a wrong answer is certain', () => {
  const certain = { rows: 1, outputs: 2, data: Float32Array.from([1, 0]) };
  expect(rowLosses('softmax', certain, oneHot([1], 2))[0]).toBeCloseTo(27.6, 1);
});

test("gives an accuracy's interval", () => {
  const figure = shareWithInterval(Uint8Array.from({ length: 100 }, (_, row) => (row < 80 ? 1 : 0)));
  expect(figure).toEqual({ value: 0.8, low: expect.closeTo(0.713, 2), high: expect.closeTo(0.87, 2) });
});

test('finds no interval of a difference away from zero where two methods differ by chance', () => {
  const random = countingUniform();
  const coin = (): Float64Array => Float64Array.from({ length: 300 }, () => (random() < 0.5 ? 0 : 1));
  const { low, high } = pairedDifference([{ served: [coin()], baseline: [coin()] }], accuracy(random));
  expect(low).toBeLessThan(0);
  expect(high).toBeGreaterThan(0);
});

test('pairs rows: a small but consistent gain is measured, which unpaired rows would hide', () => {
  const baseline = Float64Array.from({ length: 400 }, (_, row) => row % 2);
  const served = baseline.map((value, row) => (row % 40 === 0 ? 1 : value));
  const gain = pairedDifference(
    [
      { served: [served], baseline: [baseline] },
      { served: [served], baseline: [baseline] },
    ],
    accuracy(countingUniform()),
  );
  expect(gain.value).toBeCloseTo(0.025, 6);
  expect(gain.low).toBeGreaterThan(0);
});

test('where the sets are drawn, too, the interval covers the mean of sets that are not there', () => {
  const uniform = countingUniform();
  const groups = 5;
  const runs = 60;
  let covered = 0;
  let coveredByRows = 0;
  for (let run = 0; run < runs; run++) {
    // The gain is 6 points on the mean of all groups there are, and -6 to 18 on each.
    const sets = Array.from({ length: groups }, () => {
      const gain = 0.06 + 0.24 * (uniform() - 0.5);
      const baseline = Float64Array.from({ length: 100 }, () => (uniform() < 0.7 ? 1 : 0));
      const served = baseline.map((value) => (uniform() < Math.abs(gain) ? (gain > 0 ? 1 : 0) : value));
      return { served: [served], baseline: [baseline] };
    });
    const truth = meanGain();
    const holds = (options: DifferenceOptions): boolean => {
      const { low, high } = pairedDifference(sets, options);
      return low !== null && high !== null && low <= truth && truth <= high;
    };
    if (holds({ ...accuracy(uniform), resamplesSets: true })) covered += 1;
    if (holds(accuracy(uniform))) coveredByRows += 1;
  }
  expect(covered / runs).toBeGreaterThan(0.9);
  expect(covered).toBeGreaterThan(coveredByRows);
});

/** Of gains uniform in -0.06 .. 0.18, flips upwards from 30 % wrong answers and downwards from 70 % right ones. */
function meanGain(): number {
  const upwards = (0.18 / 0.24) * 0.3 * 0.09;
  const downwards = (0.06 / 0.24) * 0.7 * 0.03;
  return upwards - downwards;
}

test('one set that is drawn has no interval', () => {
  const set = { served: [Float64Array.of(1, 0)], baseline: [Float64Array.of(0, 0)] };
  const options = { ...accuracy(countingUniform()), resamplesSets: true };
  expect(pairedDifference([set], options)).toEqual({ value: 0.5, low: null, high: null });
});

const accuracy = (uniform: () => number): DifferenceOptions => ({
  finish: (mean) => mean,
  higherIsBetter: true,
  isShare: true,
  uniform,
});

// Mulberry32: small, seeded, good enough for a test.
function countingUniform(): () => number {
  let state = 7;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

test('gives each label its precision, recall and F1, and 0 where there is nothing to share', () => {
  const counts = [
    [3, 1, 0],
    [2, 4, 0],
    [0, 0, 0],
  ];
  const figures = perClassFigures(['a', 'b', 'c'], counts);
  expect(figures.map(({ label, support }) => [label, support])).toEqual([
    ['a', 4],
    ['b', 6],
    ['c', 0],
  ]);
  expect(figures[0]).toMatchObject({ precision: 0.6, recall: 0.75 });
  expect(figures[0]?.f1).toBeCloseTo(2 / 3, 12);
  expect(figures[2]).toMatchObject({ precision: 0, recall: 0, f1: 0 });
});

test('the risk-coverage curve goes from the surest rows to all of them, never parting rows of one score', () => {
  const curve = riskCoverage([0.8, 0.6, 0.5, 0.6], [0, 0, 1, 0]);
  expect(curve.map(({ coverage, risk }) => [coverage, risk])).toEqual([
    [0.25, 0],
    [0.75, 0],
    [1, 0.25],
  ]);
  expect(curve.map(({ score }) => score)).toEqual([0.8, 0.6, 0.5]);
  const many = Array.from({ length: 1000 }, (_, row) => 0.5 + row / 3000);
  const points = riskCoverage(many, new Float64Array(1000));
  expect(points.length).toBeLessThanOrEqual(50);
  expect(points.at(-1)).toMatchObject({ coverage: 1, risk: 0 });
  expect(points.map(({ coverage }) => coverage)).toEqual(
    points.map(({ coverage }) => coverage).toSorted((a, b) => a - b),
  );
});
