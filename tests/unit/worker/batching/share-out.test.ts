import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../../../src/engine/index.ts';
import { pickBatch } from '../../../../gpu-worker/src/batching/pick-batch.ts';
import type { BatchLimits } from '../../../../gpu-worker/src/batching/pick-batch.ts';
import { shareOut } from '../../../../gpu-worker/src/batching/share-out.ts';

/** As measured on two cores: a pass costs as much as 25 tokens. */
const costOf = (tokens: number): number => 25 + tokens;

const entries = (sizes: readonly number[]) => sizes.map((size) => ({ size }));

/** Rows times the longest of each batch, in the order they are sent. */
function cut(sizes: readonly number[], limits: BatchLimits): number[] {
  let queue = entries(sizes);
  const batches: number[] = [];
  while (queue.length > 0) {
    const batch = new Set(pickBatch(queue, limits));
    batches.push(batch.size * Math.max(...[...batch].map(({ size }) => size)));
    queue = queue.filter((entry) => !batch.has(entry));
  }
  return batches;
}

/** When the last of two lanes is done: each takes the next batch when it has none. */
function makespan(batches: readonly number[]): number {
  const lanes: [number, number] = [0, 0];
  for (const tokens of batches) lanes[lanes[0] <= lanes[1] ? 0 : 1] += costOf(tokens);
  return Math.max(...lanes);
}

describe('what waits, shared out among idle lanes', () => {
  const limits: BatchLimits = { tokenBudget: 256, maxRows: 64, costOf };
  const random = createRandom(1);
  // As clients send them: 32 sentences, of 5 to 22 tokens.
  const requests = Array.from({ length: 50 }, () => Array.from({ length: 32 }, () => 5 + random.integer(18)));

  test('is done sooner than in the largest batches allowed, and not much later than one pass a lane without padding would be', () => {
    const total = (until: (sizes: readonly number[]) => number): number =>
      requests.reduce((sum, sizes) => sum + until(sizes), 0);
    const shared = total((sizes) => makespan(cut(sizes, shareOut(entries(sizes), 2, limits))));
    const unshared = total((sizes) => makespan(cut(sizes, limits)));
    const ideal = total((sizes) => costOf(0) + sizes.reduce((sum, size) => sum + size, 0) / 2);
    expect(shared).toBeLessThan(0.93 * unshared);
    expect(shared).toBeLessThan(1.3 * ideal);
  });

  test('is one batch a lane where all are alike', () => {
    const alike = Array.from({ length: 20 }, () => 8);
    expect(
      cut(
        alike,
        shareOut(
          alike.map((size) => ({ size })),
          2,
          limits,
        ),
      ),
    ).toEqual([80, 80]);
  });

  test('is bounded as ever where it is too much, and left whole for a single lane', () => {
    const many = entries(Array.from({ length: 200 }, () => 30));
    expect(shareOut(many, 2, limits).tokenBudget).toBe(256);
    expect(shareOut(many, 1, limits)).toBe(limits);
  });

  test('never allows more than the limits, nor less than the longest input needs', () => {
    const waiting = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 256 });
    fc.assert(
      fc.property(waiting, fc.integer({ min: 2, max: 4 }), (lengths, lanes) => {
        const { tokenBudget } = shareOut(
          lengths.map((size) => ({ size })),
          lanes,
          limits,
        );
        expect(tokenBudget).toBeLessThanOrEqual(256);
        expect(tokenBudget).toBeGreaterThanOrEqual(Math.min(256, Math.max(...lengths)));
      }),
    );
  });
});
