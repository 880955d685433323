import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import type { Random } from '../../../src/engine/index.ts';
import { abstentionRule, rowsForRisk } from '../../../src/levi/guarantees/abstention.ts';
import { conformalThreshold, predictionSet, rowsForLevel } from '../../../src/levi/guarantees/conformal.ts';
import { gatherOutcomes } from '../../../src/levi/guarantees/outcomes.ts';
import type { Outcomes } from '../../../src/levi/guarantees/outcomes.ts';
import type { Targets } from '../../../src/levi/tasks/targets.ts';

const CLASSES = 4;

interface Answered {
  readonly data: Float32Array;
  readonly targets: Int32Array;
}

/** Rows of a model that is too sure of itself: labels are drawn from flatter probabilities than it answers. */
function simulate(rows: number, random: Random): Answered {
  const data = new Float32Array(rows * CLASSES);
  const targets = Int32Array.from({ length: rows }, (_, row) => {
    const logits = Array.from({ length: CLASSES }, () => 2 * random.normal());
    data.set(softmax(logits.map((logit) => 1.5 * logit)), row * CLASSES);
    return draw(softmax(logits), random.uniform());
  });
  return { data, targets };
}

function softmax(logits: readonly number[]): number[] {
  const weights = logits.map(Math.exp);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

function draw(shares: readonly number[], at: number): number {
  let sum = 0;
  const found = shares.findIndex((share) => (sum += share) > at);
  return found === -1 ? shares.length - 1 : found;
}

function oneHot(classes: Int32Array): Targets {
  const data = new Float32Array(classes.length * CLASSES);
  for (const [row, target] of classes.entries()) data[row * CLASSES + target] = 1;
  return { rows: classes.length, outputs: CLASSES, data, strata: classes };
}

const outcomesOf = ({ data, targets }: Answered): Outcomes =>
  gatherOutcomes('softmax', { answers: { rows: targets.length, outputs: CLASSES, data }, targets: oneHot(targets) }, 1);

const ranked = (data: Float32Array, row: number) =>
  Array.from(data.subarray(row * CLASSES, (row + 1) * CLASSES), (score, target) => ({
    label: String(target),
    score,
  })).sort((a, b) => b.score - a.score);

describe('prediction sets', () => {
  test.each([
    { level: 0.9, rows: 9 },
    { level: 0.9, rows: 50 },
    { level: 0.8, rows: 200 },
    { level: 0.95, rows: 300 },
  ])('hold the truth at level $level, counted from $rows rows', ({ level, rows }) => {
    const random = createRandom(5);
    const DATA_SETS = 2_000;
    let covered = 0;
    let size = 0;
    for (let trial = 0; trial < DATA_SETS; trial++) {
      const threshold = conformalThreshold(outcomesOf(simulate(rows, random)).nonconformity, level);
      // One new row of each data set, so that the trials are independent.
      const { data, targets } = simulate(1, random);
      const set = predictionSet(ranked(data, 0), threshold);
      covered += set.includes(String(targets[0])) ? 1 : 0;
      size += set.length;
    }
    const error = Math.sqrt((level * (1 - level)) / DATA_SETS);
    expect(covered / DATA_SETS).toBeGreaterThan(level - 3 * error);
    // This model is right in 60 % of the rows, so that the answer itself, always in the set, adds next to nothing.
    expect(covered / DATA_SETS).toBeLessThan(level + 1 / (rows + 1) + 3 * error);
    expect(size / DATA_SETS).toBeLessThan(CLASSES);
  });

  test('hold every label where the rows are too few, and say how many it takes', () => {
    const { nonconformity } = outcomesOf(simulate(8, createRandom(1)));
    expect(conformalThreshold(nonconformity, 0.9)).toBeNull();
    expect(rowsForLevel(0.9)).toBe(9);
    expect(rowsForLevel(0.99)).toBe(99);
    expect(rowsForLevel(5e-324)).toBe(1);
    expect(conformalThreshold(Float32Array.of(0.25, 0.5), 5e-324)).toBe(0.25);
    expect(conformalThreshold(new Float32Array(9), 0.9)).toBe(0);
    expect(predictionSet(ranked(Float32Array.of(0.7, 0.1, 0.1, 0.1), 0), null)).toHaveLength(4);
  });

  test('are never empty', () => {
    expect(predictionSet(ranked(Float32Array.of(0.4, 0.3, 0.2, 0.1), 0), 0.1)).toEqual(['0']);
  });
});

describe('abstention', () => {
  test('keeps the risk below what was asked for in at least 95 % of the data sets', () => {
    const random = createRandom(9);
    const truth = simulate(40_000, random);
    const answers = truth.targets.map((target, row) => (Number(ranked(truth.data, row)[0]?.label) === target ? 0 : 1));
    const sureness = Float32Array.from(answers, (_, row) => ranked(truth.data, row)[0]?.score ?? 0);
    const riskAbove = (above: number): number => {
      let wrong = 0;
      let given = 0;
      for (const [row, sure] of sureness.entries()) {
        if (sure <= above) continue;
        given += 1;
        wrong += answers[row] ?? 0;
      }
      return wrong / given;
    };
    const DATA_SETS = 400;
    let exceeded = 0;
    let answered = 0;
    for (let trial = 0; trial < DATA_SETS; trial++) {
      const { above } = abstentionRule(outcomesOf(simulate(500, random)), 0.2);
      if (above === null) continue;
      answered += 1;
      if (riskAbove(above) > 0.2) exceeded += 1;
    }
    // 5 % and three standard errors of 400 trials.
    expect(exceeded / DATA_SETS).toBeLessThan(0.05 + 3 * Math.sqrt((0.05 * 0.95) / DATA_SETS));
    expect(answered / DATA_SETS).toBeGreaterThan(0.9);
  });

  test('withholds nothing where all answers were right, and all where too few rows could show it', () => {
    const right = (rows: number) => ({
      confidence: Float32Array.from({ length: rows }, (_, row) => 1 - row / (2 * rows)),
      wrong: new Int32Array(rows),
    });
    expect(abstentionRule(right(200), 0.05).above).toBe(-1);
    const needed = rowsForRisk(0.05);
    expect(abstentionRule(right(needed), 0.05).above).not.toBeNull();
    expect(abstentionRule(right(needed - 1), 0.05).above).toBeNull();
    expect(abstentionRule({ confidence: new Float32Array(0), wrong: new Int32Array(0) }, 0.5).above).toBeNull();
  });

  test('knows how many rows any risk takes, the least as soon as the largest', () => {
    const byTrying = (risk: number): number => {
      let rows = 1;
      while ((1 - risk) ** rows > 0.05 / Math.min(10, Math.max(1, Math.floor(rows / 20)))) rows += 1;
      return rows;
    };
    for (let risk = 0.002; risk < 1; risk += 0.007) expect(rowsForRisk(risk), String(risk)).toBe(byTrying(risk));
    expect(rowsForRisk(1e-9)).toBeGreaterThan(1e9);
    expect(rowsForRisk(5e-324)).toBe(Infinity);
  });

  test('draws the line above the answers that go wrong', () => {
    const confidence = Float32Array.from({ length: 400 }, (_, row) => 1 - row / 500);
    const wrong = Int32Array.from({ length: 400 }, (_, row) => (row < 240 ? 0 : row % 2));
    const { above } = abstentionRule({ confidence, wrong }, 0.05);
    expect(above).toBeGreaterThanOrEqual(confidence[240] ?? 1);
    expect(above).toBeLessThan(confidence[150] ?? 0);
  });
});

test('beyond a thousand rows a random thousand is kept, the same each time', () => {
  const many = simulate(3_000, createRandom(3));
  const outcomes = outcomesOf(many);
  expect(outcomes.nonconformity).toHaveLength(1_000);
  expect(outcomes.nonconformity).toEqual(outcomes.nonconformity.toSorted());
  expect(outcomesOf(many)).toEqual(outcomes);
});

test('intervals of numbers hold the truth at their level, and sets of several labels all of the true ones', () => {
  const random = createRandom(9);
  const matrix = (rows: number, outputs: number, value: () => number) => ({
    rows,
    outputs,
    data: Float32Array.from({ length: rows * outputs }, value),
  });
  let inside = 0;
  let complete = 0;
  for (let trial = 0; trial < 400; trial++) {
    const errors = matrix(101, 1, () => random.normal());
    const truth = { ...matrix(101, 1, () => 0), strata: new Int32Array(101) };
    const calibration = gatherOutcomes('squared', { answers: errors, targets: truth }, 1).nonconformity;
    const reach = conformalThreshold(calibration.slice(0, 100), 0.9) ?? 0;
    inside += Math.abs(random.normal()) <= reach ? 1 : 0;

    const answers = matrix(50, 3, () => random.uniform());
    const labels = {
      ...answers,
      data: answers.data.map((p) => (random.uniform() < p ? 1 : 0)),
      strata: new Int32Array(50),
    };
    const within =
      conformalThreshold(gatherOutcomes('sigmoid', { answers, targets: labels }, 1).nonconformity, 0.8) ?? 0;
    const fresh = Array.from({ length: 3 }, () => random.uniform());
    complete += fresh.every((p) => random.uniform() >= p || 1 - p <= within) ? 1 : 0;
  }
  // Three binomial standard errors.
  expect(Math.abs(inside / 400 - 0.9)).toBeLessThan(0.045);
  expect(Math.abs(complete / 400 - 0.8)).toBeLessThan(0.06);
});

test('answers of several labels are wrong where not exactly right, and numbers neither', () => {
  const answers = { rows: 2, outputs: 2, data: Float32Array.of(0.9, 0.2, 0.6, 0.7) };
  const targets = { rows: 2, outputs: 2, data: Float32Array.of(1, 0, 1, 0), strata: new Int32Array(2) };
  const outcomes = gatherOutcomes('sigmoid', { answers, targets }, 1);
  expect([...outcomes.wrong]).toEqual([0, 1]);
  expect(outcomes.confidence[0]).toBeCloseTo(0.85, 6);
  expect(gatherOutcomes('squared', { answers, targets }, 1)).toMatchObject({ confidence: new Float32Array(0) });
});
