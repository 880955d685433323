import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { guessedCost } from '../../../gpu-worker/src/batching/cost-model.ts';
import { pickBatch } from '../../../gpu-worker/src/batching/pick-batch.ts';

const entry = (length: number) => ({ size: length });
const entries = fc.array(fc.integer({ min: 1, max: 300 }).map(entry), { minLength: 1, maxLength: 400 });
const limits = fc
  .record({ tokenBudget: fc.integer({ min: 1, max: 2_000 }), maxRows: fc.integer({ min: 1, max: 64 }) })
  .map((bounds) => ({ ...bounds, costOf: guessedCost(bounds.tokenBudget) }));

test('a batch holds the oldest entry, no entry twice, and stays within rows and budget', () => {
  fc.assert(
    fc.property(entries, limits, (queue, bounds) => {
      const batch = pickBatch(queue, bounds);
      expect(batch).toContain(queue[0]);
      expect(new Set(batch).size).toBe(batch.length);
      expect(batch.length).toBeLessThanOrEqual(bounds.maxRows);
      const longest = Math.max(...batch.map(({ size }) => size));
      if (batch.length > 1) expect(batch.length * longest).toBeLessThanOrEqual(bounds.tokenBudget);
    }),
  );
});

test('taking batch after batch empties every queue', () => {
  fc.assert(
    fc.property(entries, limits, (all, bounds) => {
      let queue = all;
      let taken = 0;
      while (queue.length > 0) {
        const batch = new Set(pickBatch(queue, bounds));
        taken += batch.size;
        queue = queue.filter((item) => !batch.has(item));
      }
      expect(taken).toBe(all.length);
    }),
  );
});

test('prefers neighbours in length to arrival order', () => {
  const queue = [10, 200, 11, 190, 9, 12].map(entry);
  const lengths = pickBatch(queue, { tokenBudget: 64, maxRows: 8, costOf: guessedCost(64) }).map(({ size }) => size);
  expect(lengths).toEqual([9, 10, 11, 12]);
});

test('an empty queue gives an empty batch', () => {
  expect(pickBatch([], { tokenBudget: 1, maxRows: 1, costOf: guessedCost(1) })).toEqual([]);
});

test('cuts where another pass costs less than the padding it saves, and not elsewhere', () => {
  const queue = [30, 8, 8, 8, 8, 30, 8, 8].map(entry);
  const batchOf = (passMs: number) =>
    pickBatch(queue, { tokenBudget: 512, maxRows: 64, costOf: (tokens) => passMs + tokens }).map(({ size }) => size);
  expect(batchOf(10)).toEqual([30, 30]);
  expect(batchOf(1_000)).toHaveLength(queue.length);
});
