import { expect, test } from 'vitest';
import { createRandom } from '../../../src/engine/index.ts';
import type { FeatureMatrix } from '../../../src/levi/index.ts';
import { findNeighbours, gatherNeighbours, neighbourTensors } from '../../../src/levi/typicality/neighbours.ts';
import { learnProjections } from '../../../src/levi/typicality/projection.ts';
import type { Typicality } from '../../../src/levi/typicality/typicality.ts';
import { learnTypicality, shiftScores } from '../../../src/levi/typicality/typicality.ts';
import { whitenBy } from '../../../src/levi/typicality/whiten.ts';

const TAPS = 3;
const WIDTH = 96;
const LAYERS = [0, 2];

/** Correlated features around `middle`; the layer between the used ones is noise that must not count. */
function features(rows: number, seed: number, middle = 0): FeatureMatrix {
  const random = createRandom(seed);
  const data = new Float32Array(rows * TAPS * WIDTH);
  for (let row = 0; row < rows; row++) {
    for (let tap = 0; tap < TAPS; tap++) {
      const shared = random.normal();
      for (let j = 0; j < WIDTH; j++) {
        const at = (row * TAPS + tap) * WIDTH + j;
        data[at] = tap === 1 ? 1_000 * random.normal() : 5 + middle + (j + 1) * (shared + random.normal());
      }
    }
  }
  return { rows, taps: TAPS, width: WIDTH, data };
}

const everyRow = ({ rows }: FeatureMatrix): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);
const chosen = (matrix: FeatureMatrix) => ({ features: matrix, rows: everyRow(matrix), layers: LAYERS });
const learn = (train: FeatureMatrix, held: FeatureMatrix): Typicality =>
  learnTypicality(learnProjections(chosen(train)), { train: chosen(train), held: chosen(held) });
const projections = learnProjections(chosen(features(400, 1)));
const learned = learn(features(400, 1), features(200, 2));
const mean = (values: Float32Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('rows like those of training have uniform shift scores', () => {
  const scores = shiftScores(learned, features(2_000, 3), LAYERS).toSorted();
  // Kolmogorov's distance to the uniform, of 2,000 scores against 200 held-out rows: beyond 0.12 once in a hundred data sets.
  const distance = scores.reduce((most, score, index) => Math.max(most, Math.abs(score - (index + 0.5) / 2_000)), 0);
  expect(distance).toBeLessThan(0.12);
  expect(scores[0]).toBeGreaterThan(0);
  expect(scores.at(-1)).toBeLessThan(1);
});

test('rows from elsewhere score high, and more so the further away they are', () => {
  const near = mean(shiftScores(learned, features(300, 4, 3), LAYERS));
  const far = mean(shiftScores(learned, features(300, 5, 160), LAYERS));
  expect(near).toBeGreaterThan(0.55);
  expect(far).toBeGreaterThan(0.95);
  expect(far).toBeGreaterThan(near);
});

test('a score depends on its own row alone, and is the same each time', () => {
  const matrix = features(5, 6);
  const together = shiftScores(learned, matrix, LAYERS);
  const last = { ...matrix, rows: 1, data: matrix.data.subarray(4 * TAPS * WIDTH) };
  expect(shiftScores(learned, last, LAYERS)[0]).toBe(together[4]);
  expect(learn(features(400, 1), features(200, 2))).toEqual(learned);
});

test('features that are constant in training, and no more rows than two, give finite scores', () => {
  const flat: FeatureMatrix = { rows: 2, taps: TAPS, width: WIDTH, data: new Float32Array(2 * TAPS * WIDTH).fill(3) };
  const constant = learn(flat, flat);
  expect([...shiftScores(constant, features(3, 7), LAYERS)].every(Number.isFinite)).toBe(true);
  const few = learn(features(2, 8), features(1, 9));
  expect([...shiftScores(few, features(3, 10), LAYERS)].every((score) => score > 0 && score < 1)).toBe(true);
});

test('whitening undoes a covariance that many rows have shown', () => {
  // Of (x, x + y): variances 1 and 2, covariance 1; shrunk by next to nothing.
  const [a = 0, , b = 0, c = 0] = whitenBy(Float64Array.of(1, 1, 1, 2), 2, 1e9);
  const distance = (x: number, y: number): number => (a * x) ** 2 + (b * x + c * y) ** 2;
  // The inverse covariance is [[2, -1], [-1, 1]].
  expect(distance(1, 0)).toBeCloseTo(2, 5);
  expect(distance(0, 1)).toBeCloseTo(1, 5);
  expect(distance(1, 1)).toBeCloseTo(1, 5);
});

test('the nearest training row of a training row is itself, and its twin follows', () => {
  const matrix = features(50, 11);
  const size = TAPS * WIDTH;
  const row = matrix.data.subarray(7 * size, 8 * size);
  matrix.data.set(
    row.map((value) => value * 1.01),
    30 * size,
  );
  const rows = { ...chosen(matrix), idOf: (index: number) => `row ${index}`, seed: 1 };
  const neighbours = gatherNeighbours(projections, rows);
  const one = { features: { ...matrix, rows: 1, data: row }, layers: LAYERS, count: 3 };
  const [found = []] = findNeighbours(neighbours, one);
  expect(found.slice(0, 2).map(({ id }) => id)).toEqual(['row 7', 'row 30']);
  expect(found[0]?.similarity).toBeGreaterThan(0.999);
  expect(found).toHaveLength(3);
});

test('the stored training rows are bounded to 512 KB, ids included', () => {
  const many = { ...chosen(features(12_000, 12)), idOf: (row: number) => `ü${row}`.repeat(20), seed: 1 };
  const neighbours = gatherNeighbours(projections, many);
  const bytes = Object.values(neighbourTensors(neighbours)).reduce((sum, { data }) => sum + data.byteLength, 0);
  expect(bytes).toBeLessThanOrEqual(513 * 1024);
  expect(bytes).toBeGreaterThan(510 * 1024);
  expect(new Set(neighbours.ids).size).toBe(neighbours.ids.length);
  expect(gatherNeighbours(projections, many)).toEqual(neighbours);
});
