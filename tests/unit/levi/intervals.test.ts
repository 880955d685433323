import { expect, test, vi } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import { meanWithInterval } from '../../../src/levi/metrics/intervals.ts';
import { meanWithBootstrap, pairedDifference } from '../../../src/levi/metrics/paired-difference.ts';
import type { PairedRows } from '../../../src/levi/metrics/paired-difference.ts';
import { shareInterval } from '../../../src/levi/metrics/share-interval.ts';

// Simulated data whose truth is known. Seeded, so that a run says the same every time; the bounds leave room for the
// deviation of a share of 0.95 among 300 repetitions, 0.013.

vi.setConfig({ testTimeout: 60_000 });

const random = createRandom(2026);
const uniform = (): number => random.uniform();
const identity = (mean: number): number => mean;
const SHARE = { finish: identity, higherIsBetter: true, isShare: true, uniform } as const;

interface Bounded {
  readonly low: number | null;
  readonly high: number | null;
}

const covers = ({ low, high }: Bounded, truth: number): boolean =>
  low !== null && high !== null && low <= truth && truth <= high;

/** Share of the repetitions whose interval holds the truth. */
function coverage(repetitions: number, simulate: () => { readonly figure: Bounded; readonly truth: number }): number {
  let held = 0;
  for (let index = 0; index < repetitions; index++) {
    const { figure, truth } = simulate();
    if (covers(figure, truth)) held += 1;
  }
  return held / repetitions;
}

const intervalsOf = (n: number) => Array.from({ length: n + 1 }, (_, count) => shareInterval(count, n));

/** Exactly, without simulation: every count, by its probability. */
function exactCoverage(intervals: readonly Bounded[], share: number): number {
  const n = intervals.length - 1;
  let probability = (1 - share) ** n;
  let covered = 0;
  for (const [count, interval] of intervals.entries()) {
    if (covers(interval, share)) covered += probability;
    probability *= ((n - count) / (count + 1)) * (share / (1 - share));
  }
  return covered;
}

test.each([30, 42, 100, 300])(
  'a share of %i rows is covered in 0.91 or more at every truth, in about 0.95 on average',
  (n) => {
    // What holds for 20 % right holds for 80 %.
    const truths = Array.from({ length: 97 }, (_, index) => 0.01 + index / 200);
    const intervals = intervalsOf(n);
    const covered = truths.map((truth) => exactCoverage(intervals, truth));
    expect(Math.min(...covered)).toBeGreaterThan(0.91);
    const average = covered.reduce((sum, value) => sum + value, 0) / covered.length;
    expect(average).toBeGreaterThan(0.945);
    expect(average).toBeLessThan(0.97);
  },
);

test.each([0.01, 0.03, 0.97, 0.99])(
  'a share close to the end, %d, is covered although most draws are all alike',
  (truth) => {
    for (const n of [30, 100]) expect(exactCoverage(intervalsOf(n), truth)).toBeGreaterThan(0.92);
  },
);

test('all right is not certain: the interval has a width, which shrinks with the rows', () => {
  const [few, many] = [shareInterval(30, 30), shareInterval(300, 300)];
  expect(few).toMatchObject({ value: 1, high: 1 });
  // 0.025 = share^30 / 2.
  expect(few.low).toBeCloseTo(0.05 ** (1 / 30), 6);
  expect(many.low).toBeGreaterThan(few.low ?? 1);
  expect(shareInterval(0, 30)).toEqual({ value: 0, low: 0, high: expect.closeTo(1 - 0.05 ** (1 / 30), 6) });
  expect(shareInterval(0, 0)).toEqual({ value: 0, low: null, high: null });
});

test('many rows are computed by a formula that meets the exact one', () => {
  const [exact, formula] = [shareInterval(4_000, 5_000), shareInterval(4_001, 5_001)];
  expect(formula.low).toBeCloseTo(exact.low ?? 0, 3);
  expect(formula.high).toBeCloseTo(exact.high ?? 0, 3);
});

interface Chances {
  /** That the served method alone is right, the baseline alone, both. */
  readonly gains: number;
  readonly losses: number;
  readonly both: number;
}

function pairedAnswers(rows: number, { gains, losses, both }: Chances): PairedRows {
  const [served, baseline] = [new Float64Array(rows), new Float64Array(rows)];
  for (let row = 0; row < rows; row++) {
    const chance = uniform();
    served[row] = chance < gains || (chance >= gains + losses && chance < gains + losses + both) ? 1 : 0;
    baseline[row] = chance >= gains && chance < gains + losses + both ? 1 : 0;
  }
  return { served: [served], baseline: [baseline] };
}

test.each([
  [30, { gains: 0.3, losses: 0.1, both: 0.4 }],
  [100, { gains: 0.1, losses: 0.1, both: 0.6 }],
] as const)('the paired difference of %i rows covers the truth in 0.93 to 0.98', (rows, chances) => {
  const covered = coverage(300, () => ({
    figure: pairedDifference([pairedAnswers(rows, chances)], SHARE),
    truth: chances.gains - chances.losses,
  }));
  expect(covered).toBeGreaterThan(0.93);
  expect(covered).toBeLessThan(0.98);
});

test.each([
  [30, { gains: 0.05, losses: 0.02, both: 0.85 }],
  [30, { gains: 0.02, losses: 0, both: 0.97 }],
  [100, { gains: 0.02, losses: 0, both: 0.97 }],
] as const)('where two methods hardly differ on %i rows, it is wide rather than sure', (rows, chances) => {
  // A plain percentile bootstrap covers 75, 45 and 88 % here.
  const covered = coverage(300, () => ({
    figure: pairedDifference([pairedAnswers(rows, chances)], SHARE),
    truth: chances.gains - chances.losses,
  }));
  expect(covered).toBeGreaterThan(0.95);
});

test('two methods that answer alike on every row are not known to be equal', () => {
  const same = new Float64Array(30).fill(1);
  const { value, low, high } = pairedDifference([{ served: [same], baseline: [same] }], SHARE);
  expect(value).toBe(0);
  expect(low).toBeLessThan(-0.02);
  expect(high).toBeGreaterThan(0.02);
});

test('thousands of rows, drawn in groups, give the width that the theory gives', () => {
  const answers = pairedAnswers(5_000, { gains: 0.1, losses: 0.05, both: 0.6 });
  const { value, low, high } = pairedDifference([answers], SHARE);
  const deviation = Math.sqrt((0.15 - value ** 2) / 5_000);
  expect((high ?? 0) - (low ?? 0)).toBeGreaterThan(0.9 * 2 * 1.96 * deviation);
  expect((high ?? 0) - (low ?? 0)).toBeLessThan(1.1 * 2 * 1.96 * deviation);
  // Sorted by what comes of them, rows are as exchangeable as before.
  const order = Array.from({ length: 5_000 }, (_, row) => row).sort(
    (a, b) => (answers.served[0]?.[a] ?? 0) - (answers.served[0]?.[b] ?? 0),
  );
  const sorted = (values: readonly Float64Array[]) =>
    values.map((each) => Float64Array.from(order, (row) => each[row] ?? 0));
  const again = pairedDifference([{ served: sorted(answers.served), baseline: sorted(answers.baseline) }], SHARE);
  expect((again.high ?? 0) - (again.low ?? 0)).toBeCloseTo((high ?? 0) - (low ?? 0), 2);
});

test('the mean over shifts of different size and difficulty is covered', () => {
  const shifts = [
    [30, { gains: 0.2, losses: 0.1, both: 0.3 }],
    [60, { gains: 0.02, losses: 0.02, both: 0.9 }],
    [120, { gains: 0.1, losses: 0.2, both: 0.5 }],
  ] as const;
  const truth = shifts.reduce((sum, [, { gains, losses }]) => sum + (gains - losses) / shifts.length, 0);
  const covered = coverage(300, () => {
    const sets = shifts.map(([rows, chances]) => pairedAnswers(rows, chances));
    return { figure: pairedDifference(sets, SHARE), truth };
  });
  expect(covered).toBeGreaterThan(0.93);
  expect(covered).toBeLessThan(0.98);
});

/** Answers of five seeds on the same rows: rows differ in difficulty, which all seeds share, and each seed has a luck of its own. */
function seededAnswers(rows: number, { seedDeviation }: { readonly seedDeviation: number }): PairedRows {
  const lucks = Array.from({ length: 5 }, () => random.normal() * seedDeviation);
  const difficulties = Float64Array.from({ length: rows }, () => random.normal());
  const answer = (gain: number) => difficulties.map((hard) => 0.1 * random.normal() + gain + 0.3 * hard);
  return { served: lucks.map((luck) => answer(0.1 + luck)), baseline: lucks.map(() => new Float64Array(rows)) };
}

test.each([0, 0.02])(
  'rows that five seeds share are counted once, and seeds that deviate by %d are seen',
  (seedDeviation) => {
    const options = { ...SHARE, isShare: false };
    const covered = coverage(300, () => ({
      figure: pairedDifference([seededAnswers(30, { seedDeviation })], options),
      truth: 0.1,
    }));
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.985);
    // Counted once per seed, the same rows would make an interval less than half as wide.
    const once = seededAnswers(60, { seedDeviation });
    const flat = (values: readonly Float64Array[]): Float64Array =>
      Float64Array.from(values.flatMap((each) => [...each]));
    const pooled = { served: [flat(once.served)], baseline: [flat(once.baseline)] };
    const width = ({ low, high }: Bounded): number => (high ?? 0) - (low ?? 0);
    expect(width(pairedDifference([pooled], options)) * 1.5).toBeLessThan(width(pairedDifference([once], options)));
  },
);

test.each([30, 200])('the root mean squared error of %i rows is covered', (rows) => {
  const covered = coverage(600, () => ({
    figure: meanWithBootstrap(
      Float64Array.from({ length: rows }, () => (2 * random.normal()) ** 2),
      { finish: Math.sqrt, isShare: false, uniform },
    ),
    truth: 2,
  }));
  expect(covered).toBeGreaterThan(0.915);
  expect(covered).toBeLessThan(0.98);
});

/** Squared errors of two methods that share a part of them: root mean squares of sqrt(1.25) and sqrt(2). */
function pairedErrors(rows: number): PairedRows {
  const shared = Float64Array.from({ length: rows }, () => random.normal());
  const squares = (own: number): Float64Array => shared.map((error) => (error + own * random.normal()) ** 2);
  return { served: [squares(0.5)], baseline: [squares(1)] };
}

test.each([30, 200])('the difference of two root mean squared errors on %i rows is covered', (rows) => {
  const options = { finish: Math.sqrt, higherIsBetter: false, isShare: false, uniform };
  const covered = coverage(600, () => ({
    figure: pairedDifference([pairedErrors(rows)], options),
    truth: Math.sqrt(2) - Math.sqrt(1.25),
  }));
  expect(covered).toBeGreaterThan(0.915);
  expect(covered).toBeLessThan(0.98);
});

test('a mean of F1 figures that are all 1 has an interval with a width', () => {
  const figure = meanWithBootstrap(new Float64Array(30).fill(1), { finish: identity, isShare: true, uniform });
  expect(figure).toMatchObject({ value: 1, high: 1 });
  expect(figure.low).toBeLessThan(0.96);
});

test('the t-interval of five seeds covers their mean in 93 to 97 %', () => {
  const covered = coverage(2_000, () => ({
    figure: meanWithInterval(Array.from({ length: 5 }, () => 0.8 + 0.01 * random.normal())),
    truth: 0.8,
  }));
  expect(covered).toBeGreaterThan(0.93);
  expect(covered).toBeLessThan(0.97);
});

test('no rows give no interval', () => {
  expect(pairedDifference([], SHARE)).toEqual({ value: 0, low: null, high: null });
  const none = { served: [new Float64Array()], baseline: [new Float64Array()] };
  expect(pairedDifference([none], SHARE)).toEqual({ value: 0, low: null, high: null });
});
