import { describe, expect, test } from 'vitest';
import { createBatcher } from '../../../gpu-worker/src/batching/batcher.ts';
import type { BatchInput } from '../../../gpu-worker/src/batching/batch-queue.ts';
import { createFeatureCache } from '../../../gpu-worker/src/features/feature-cache.ts';
import { createFeatureExtractor } from '../../../gpu-worker/src/features/feature-extractor.ts';
import { roundToHalfs, widenHalfs } from '../../../gpu-worker/src/runtime/half-floats.ts';

const sequence = (...ids: number[]) => ({ ids: Int32Array.from(ids), isTruncated: false });
const options = { cacheSalt: 'project-a', maxLength: 128, priority: 'online' } as const;

function countingExtractor(maxBytes = 1_000_000) {
  const computed: BatchInput<Int32Array>[] = [];
  const extractor = createFeatureExtractor({
    backboneFingerprint: 'f',
    cache: createFeatureCache({ maxBytes }),
    batcher: {
      embed: async (inputs) => {
        computed.push(...inputs);
        return inputs.map(({ content: ids }) => ({
          features: Float32Array.from(ids, (id) => id / 3),
          queueMs: 0,
          inferenceMs: 0,
        }));
      },
    },
  });
  return { extractor, computed };
}

describe('equal texts of one window', () => {
  /** Rows of each batch that the device ran. */
  async function runTogether(salts: readonly string[], options: { readonly noStore: boolean }) {
    const batches: number[] = [];
    const batcher = createBatcher<Int32Array>({
      maxQueued: 100,
      standingMs: 1_000,
      freeCalls: 10,
      windowMs: 5,
      limits: () => ({ tokenBudget: 1_000, maxRows: 100, costOf: () => 1 }),
      embed: async (rows) => {
        batches.push(rows.length);
        return { features: new Float32Array(rows.length * 2), inferenceMs: 1 };
      },
    });
    const extractor = createFeatureExtractor({
      backboneFingerprint: 'f',
      cache: createFeatureCache({ maxBytes: 1_000_000 }),
      batcher,
    });
    const answers = await Promise.all(
      salts.map((cacheSalt) =>
        extractor.extract([sequence(1, 2)], { cacheSalt, maxLength: 128, priority: 'online', ...options }),
      ),
    );
    return { batches, cachedInputs: answers.map((answer) => answer.cachedInputs) };
  }

  test.each([{ noStore: false }, { noStore: true }])(
    'run once for a project, and for each project ($noStore)',
    async (options) => {
      expect(await runTogether(['a', 'a', 'a'], options)).toEqual({ batches: [1], cachedInputs: [0, 0, 0] });
      // As many rows as if each had sent another text, and nothing in the answer that tells.
      const { batches, cachedInputs } = await runTogether(['a', 'b', 'c'], options);
      expect(batches.reduce((sum, rows) => sum + rows, 0)).toBe(3);
      expect(cachedInputs).toEqual([0, 0, 0]);
    },
  );
});

describe('the feature extractor', () => {
  test('gives a hit the very numbers it gave the miss', async () => {
    const { extractor, computed } = countingExtractor();
    const miss = await extractor.extract([sequence(1, 2)], options);
    const hit = await extractor.extract([sequence(1, 2)], options);
    expect(hit.rows).toEqual(miss.rows);
    expect([miss.cachedInputs, hit.cachedInputs, computed.length]).toEqual([0, 1, 1]);
  });

  test('keeps the order of hits and misses', async () => {
    const { extractor } = countingExtractor();
    await extractor.extract([sequence(3)], options);
    const { rows, cachedInputs } = await extractor.extract([sequence(6), sequence(3), sequence(9)], options);
    expect(rows.map((row) => widenHalfs(row)[0])).toEqual([2, 1, 3]);
    expect(cachedInputs).toBe(1);
  });

  test('tells one project nothing of what another sent, nor mixes truncation lengths', async () => {
    const { extractor } = countingExtractor();
    await extractor.extract([sequence(1)], options);
    const elsewhere = await extractor.extract([sequence(1)], { ...options, cacheSalt: 'project-b' });
    const shorter = await extractor.extract([sequence(1)], { ...options, maxLength: 64 });
    expect([elsewhere.cachedInputs, shorter.cachedInputs]).toEqual([0, 0]);
  });

  test('neither takes from the cache nor keeps in it what must not be stored', async () => {
    const { extractor, computed } = countingExtractor();
    await extractor.extract([sequence(1)], { ...options, noStore: true });
    expect((await extractor.extract([sequence(1)], options)).cachedInputs).toBe(0);
    expect((await extractor.extract([sequence(1)], { ...options, noStore: true })).cachedInputs).toBe(0);
    expect(computed).toHaveLength(3);
  });

  test('names one input by one key within a project, and by another in every other project', async () => {
    const { extractor, computed } = countingExtractor(0);
    for (const cacheSalt of ['project-a', 'project-a', 'project-b'])
      await extractor.extract([sequence(1)], { ...options, cacheSalt });
    const [first, second, elsewhere] = computed.map(({ key }) => key);
    expect(second).toBe(first);
    expect(elsewhere).not.toBe(first);
  });

  test('works without a cache', async () => {
    const { extractor } = countingExtractor(0);
    await extractor.extract([sequence(1)], options);
    expect((await extractor.extract([sequence(1)], options)).cachedInputs).toBe(0);
  });
});

test('the cache never grows beyond its bytes and forgets the oldest first', async () => {
  const cache = createFeatureCache({ maxBytes: 5_000 });
  const keys = Array.from({ length: 100 }, (_, index) => ({ id: `key ${index}`, project: 'p' }));
  for (const key of keys) cache.set(key, new Uint16Array(500));
  expect(cache.sizeBytes).toBeLessThanOrEqual(5_000);
  const kept = await cache.getAll(keys);
  expect([kept[0], kept[99]]).toEqual([undefined, new Uint16Array(500)]);
});

test('halves survive the trip through their bits', () => {
  const values = Float32Array.of(0, 1, -2.5, 65_504, 6e-8);
  expect(widenHalfs(roundToHalfs(values))).toEqual(new Float32Array(new Float16Array(values)));
});
