import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { chiSquareTail } from '../../../src/levi/drift/chi-square-tail.ts';
import { ALARM_P, testDrift } from '../../../src/levi/drift/drift-test.ts';
import { nameRange, rangeCuts } from '../../../src/levi/drift/ranges.ts';
import { nextDriftState } from '../../../src/levi/drift/next-drift-state.ts';
import { simulateReference, simulateWindow } from '../../support/drift-traffic.ts';

describe('the chi-square tail', () => {
  // Abramowitz and Stegun's table 26.8.
  test.each([
    [3.84146, 1, 0.05],
    [10.828, 1, 0.001],
    [16.919, 9, 0.05],
    [149.449, 100, 0.001],
  ])('of %d with %i degrees of freedom is %d', (value, degrees, expected) => {
    expect(chiSquareTail(value, degrees)).toBeCloseTo(expected, 5);
  });

  test.each([0, 0.5, 4, 11, 30])('of %d is the closed form that even degrees of freedom have', (value) => {
    let term = Math.exp(-value / 2);
    let sum = term;
    for (let degrees = 2; degrees <= 12; degrees += 2) {
      expect(chiSquareTail(value, degrees)).toBeCloseTo(sum, 12);
      term *= value / degrees;
      sum += term;
    }
  });
});

const reference = { rows: 200, labels: { billing: 100, bug: 60, how_to: 40 } };
const evidenceOf = (meanShift: number, labels: Readonly<Record<string, number>>, rows = 200) =>
  testDrift(reference, { rows, shiftSum: rows * meanShift, labels });

describe('the evidence', () => {
  test('is none for the rates and the mean of the reference', () => {
    expect(evidenceOf(0.5, { billing: 100, bug: 60, how_to: 40 })).toMatchObject({
      meanShift: 0.5,
      shiftP: 1,
      labelDistance: 0,
      labelP: 1,
    });
  });

  test('calls the mean shift drift just outside of the band it states', () => {
    const { shiftBand } = evidenceOf(0.5, reference.labels);
    for (const [edge, outwards] of [
      [shiftBand[0], -1],
      [shiftBand[1], 1],
    ] as const) {
      expect(evidenceOf(edge - outwards * 0.001, reference.labels).shiftP).toBeGreaterThan(ALARM_P);
      expect(evidenceOf(edge + outwards * 0.001, reference.labels).shiftP).toBeLessThan(ALARM_P);
    }
  });

  test('narrows its band as windows and validation rows grow', () => {
    const width = (rows: number, validation: number): number => {
      const tally = { rows, shiftSum: rows / 2, labels: { a: rows } };
      const [low, high] = testDrift({ rows: validation, labels: { a: validation } }, tally).shiftBand;
      return high - low;
    };
    expect(width(400, 200)).toBeLessThan(width(200, 200));
    expect(width(200, 1_000)).toBeLessThan(width(200, 42));
  });

  test('compares label rates as the chi-square test of two samples does', () => {
    // (100 - 80)^2 / 80, and so on over the six cells: 16.857 with 2 degrees of freedom.
    const { labelP, labelDistance } = evidenceOf(0.5, { billing: 60, bug: 80, how_to: 60 });
    expect(labelP).toBeCloseTo(Math.exp(-16.857142857 / 2), 6);
    expect(labelDistance).toBeCloseTo(0.2, 10);
  });

  test('takes rare labels together, new ones among them, and says nothing of a single label', () => {
    const counts = { rows: 200, labels: { common: 192, rare: 8 } };
    const tally = { rows: 200, shiftSum: 100, labels: { common: 192, x: 3, y: 3, z: 2 } };
    expect(testDrift(counts, tally).labelP).toBeCloseTo(1, 6);
    const single = { rows: 20, labels: { only: 20 } };
    expect(testDrift(single, { rows: 200, shiftSum: 100, labels: { only: 200 } }).labelP).toBe(1);
  });

  test('is of the shift scores alone where answers are no labels', () => {
    const evidence = testDrift({ rows: 200, labels: null }, { rows: 200, shiftSum: 100, labels: {} });
    expect(evidence).toMatchObject({ labelP: null, labelDistance: null, shiftP: 1 });
  });
});

describe('ranges of numbers', () => {
  test('part the values into fifths, each number in one of them', () => {
    const values = Array.from({ length: 100 }, (_, index) => index);
    const cuts = rangeCuts(values);
    expect(cuts).toEqual([20, 40, 60, 80]);
    const counts = Object.groupBy(values, (value) => nameRange(value, cuts));
    expect(Object.fromEntries(Object.entries(counts).map(([name, members]) => [name, members?.length]))).toEqual({
      'below 20': 20,
      '20 to 40': 20,
      '40 to 60': 20,
      '60 to 80': 20,
      '80 and above': 20,
    });
    expect(nameRange(-5, cuts)).toBe('below 20');
    expect(nameRange(500, cuts)).toBe('80 and above');
  });

  test('are fewer where many values are equal', () => {
    expect(rangeCuts([1, 1, 1, 1, 1])).toEqual([1]);
    expect([0, 1, 2].map((value) => nameRange(value, [1]))).toEqual(['below 1', '1 and above', '1 and above']);
    expect(nameRange(3, [])).toBe('any');
  });

  test('alarm no more often than labels, although their bounds come from the validation rows themselves', () => {
    const random = createRandom(13);
    let alarms = 0;
    const WINDOWS = 3_000;
    for (let window = 0; window < WINDOWS; window++) {
      const held = Array.from({ length: 100 }, () => random.normal());
      const cuts = rangeCuts(held);
      const count = (values: readonly number[]): Record<string, number> =>
        Object.fromEntries(
          Object.entries(Object.groupBy(values, (value) => nameRange(value, cuts))).map(([name, of]) => [
            name,
            of?.length ?? 0,
          ]),
        );
      const labels = count(Array.from({ length: 200 }, () => random.normal()));
      const { labelP } = testDrift({ rows: 100, labels: count(held) }, { rows: 200, shiftSum: 100, labels });
      if ((labelP ?? 1) < ALARM_P) alarms += 1;
    }
    // 0.9 are expected; 6 or more come once in 3,000 such tests.
    expect(alarms).toBeLessThan(6);
  });
});

test('without drift, fewer than one window in 1,000 is taken for one', () => {
  const random = createRandom(11);
  const calm = { labels: 6, atypicality: 0.5, moreOfFirst: 0 };
  let windows = 0;
  let alarms = 0;
  for (let model = 0; model < 1_000; model++) {
    const { reference: validation, held } = simulateReference(random, calm, 100);
    for (let window = 0; window < 5; window++) {
      const evidence = testDrift(validation, simulateWindow(random, calm, held, 200));
      if (nextDriftState('stable', evidence) === 'drifting') alarms += 1;
      windows += 1;
    }
  }
  // A rate of one in 1,000 gives at most 12 of 5,000 in all but 0.2 % of cases.
  expect(windows).toBe(5_000);
  expect(alarms).toBeLessThanOrEqual(12);
});

test.each([
  ['shift scores of 0.7 on average', { atypicality: 0.7 }],
  ['a label 25 points more frequent', { moreOfFirst: 0.25 }],
])('%s are told within three windows, nine times in ten', (_, drift) => {
  const random = createRandom(12);
  const calm = { labels: 6, atypicality: 0.5, moreOfFirst: 0 };
  const told = Array.from({ length: 200 }, () => {
    const { reference: validation, held } = simulateReference(random, calm, 200);
    return [1, 2, 3].some(() => {
      const tally = simulateWindow(random, { ...calm, ...drift }, held, 200);
      return nextDriftState('stable', testDrift(validation, tally)) === 'drifting';
    });
  });
  expect(told.filter(Boolean).length).toBeGreaterThan(180);
});

test('a drift lasts until neither statistic is remarkable', () => {
  const of = (shiftP: number, labelP: number | null) => ({ ...evidenceOf(0.5, reference.labels), shiftP, labelP });
  expect(nextDriftState('stable', of(0.01, 0.01))).toBe('stable');
  expect(nextDriftState('stable', of(0.0001, 0.5))).toBe('drifting');
  expect(nextDriftState('stable', of(0.5, 0.0001))).toBe('drifting');
  expect(nextDriftState('drifting', of(0.01, 0.5))).toBe('drifting');
  expect(nextDriftState('drifting', of(0.5, 0.04))).toBe('drifting');
  expect(nextDriftState('drifting', of(0.06, null))).toBe('stable');
});
