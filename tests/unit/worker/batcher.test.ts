import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBatcher } from '../../../gpu-worker/src/batching/batcher.ts';
import type { BatcherOptions } from '../../../gpu-worker/src/batching/batcher.ts';
import { guessedCost } from '../../../gpu-worker/src/batching/cost-model.ts';
import { padBatch } from '../../../gpu-worker/src/batching/pad-batch.ts';
import type { PaddedBatch } from '../../../gpu-worker/src/device/encoder-batch.ts';

const input = (id: number, length = 4) => ({
  key: String(id),
  size: length,
  content: new Int32Array(length).fill(id),
});

/** A device that answers when told: every row's feature is its first token. */
function heldDevice(options: Partial<BatcherOptions<Int32Array>> = {}) {
  const batches: { batch: PaddedBatch; finish: () => void; fail: (error: Error) => void }[] = [];
  let arrived = Promise.withResolvers<void>();
  const batcher = createBatcher<Int32Array>({
    limits: () => ({ tokenBudget: 16, maxRows: 8, costOf: guessedCost(16) }),
    windowMs: 1,
    maxQueued: 100,
    standingMs: 10_000,
    freeCalls: 64,
    maxInFlight: 1,
    embed: (rows) => {
      const batch = padBatch(rows.map((ids) => ({ ids })));
      const { promise, resolve, reject } = Promise.withResolvers<{ features: Float32Array; inferenceMs: number }>();
      const features = Float32Array.from({ length: batch.rows }, (_, row) => batch.ids[row * batch.columns] ?? -1);
      batches.push({ batch, finish: () => resolve({ features, inferenceMs: 1 }), fail: reject });
      arrived.resolve();
      return promise;
    },
    ...options,
  });
  const next = async () => {
    await arrived.promise;
    arrived = Promise.withResolvers();
    const last = batches.at(-1);
    if (!last) throw new Error('no batch arrived');
    return last;
  };
  return { batcher, batches, next };
}

const online = { priority: 'online' } as const;
const bulk = { priority: 'bulk' } as const;

describe('the batcher', () => {
  test('puts concurrent requests into one batch and gives each its own rows', async () => {
    const { batcher, next, batches } = heldDevice();
    const first = batcher.embed([input(1), input(2)], online);
    const second = batcher.embed([input(3)], online);
    (await next()).finish();
    expect((await first).map(({ features }) => features[0])).toEqual([1, 2]);
    expect((await second).map(({ features }) => features[0])).toEqual([3]);
    expect(batches).toHaveLength(1);
  });

  test('runs equal inputs of one window once', async () => {
    const { batcher, next } = heldDevice();
    const first = batcher.embed([input(5)], online);
    const second = batcher.embed([input(5), input(6)], online);
    const { batch, finish } = await next();
    finish();
    expect(batch.rows).toBe(2);
    expect((await first)[0]?.features[0]).toBe(5);
    expect((await second).map(({ features }) => features[0])).toEqual([5, 6]);
  });

  test('keeps rows times longest within the budget', async () => {
    const { batcher, next } = heldDevice();
    const all = batcher.embed(
      [1, 2, 3, 4, 5].map((id) => input(id)),
      online,
    );
    for (let batch = 0; batch < 2; batch++) {
      const { batch: sent, finish } = await next();
      expect(sent.rows * sent.columns).toBeLessThanOrEqual(16);
      finish();
    }
    expect((await all).map(({ features }) => features[0])).toEqual([1, 2, 3, 4, 5]);
  });

  test('lets online inputs overtake bulk that arrived before', async () => {
    const { batcher, next } = heldDevice();
    const slow = batcher.embed(
      [1, 2, 3, 4, 5, 6].map((id) => input(id)),
      bulk,
    );
    const first = await next();
    const quick = batcher.embed([input(9)], online);
    first.finish();
    const second = await next();
    expect(second.batch.ids[0]).toBe(9);
    second.finish();
    await quick;
    (await next()).finish();
    await slow;
  });

  test('gives bulk its turn while online inputs never end', async () => {
    const { batcher, next, batches } = heldDevice();
    const busy = batcher.embed([input(0)], online);
    const first = await next();
    const slow = batcher.embed([input(999)], bulk);
    const endless = Array.from({ length: 60 }, (_, id) => batcher.embed([input(id + 1)], online));
    first.finish();
    while (batches.at(-1)?.batch.ids[0] !== 999) (await next()).finish();
    expect(batches.length).toBeLessThanOrEqual(1 + 8 + 1);
    expect(batcher.queuedInputs).toBeGreaterThan(0);
    await slow;
    while (batcher.queuedInputs > 0) (await next()).finish();
    await Promise.all([busy, ...endless]);
  });

  test('divides what waits among the lanes that have nothing to do', async () => {
    const limits = () => ({ tokenBudget: 1_000, maxRows: 100, costOf: guessedCost(1_000) });
    const { batcher, batches, next } = heldDevice({ lanes: 2, maxInFlight: 4, limits });
    const all = batcher.embed(
      Array.from({ length: 40 }, (_, id) => input(id)),
      online,
    );
    await next();
    expect(batches.map(({ batch }) => batch.rows)).toEqual([20, 20]);
    for (const { finish } of batches) finish();
    expect((await all).map(({ features }) => features[0])).toEqual(Array.from({ length: 40 }, (_, id) => id));
  });

  test('holds back nothing of bulk for a thin online batch', async () => {
    const { batcher, next } = heldDevice({ maxInFlight: 2 });
    const slow = batcher.embed([input(1)], bulk);
    const first = await next();
    const quick = batcher.embed([input(2)], online);
    const second = await next();
    expect(second.batch.ids[0]).toBe(2);
    second.finish();
    await quick;
    first.finish();
    await slow;
  });

  test('a request whose client has gone leaves no work behind', async () => {
    const { batcher, next, batches } = heldDevice();
    const busy = batcher.embed([input(1)], online);
    const first = await next();
    const abort = new AbortController();
    const gone = batcher.embed([input(2), input(3), input(3)], { ...online, signal: abort.signal });
    abort.abort(new Error('client left'));
    await expect(gone).rejects.toThrow('client left');
    expect([batcher.queuedInputs, batcher.queuedTokens, batcher.isIdle]).toEqual([0, 0, false]);
    first.finish();
    await busy;
    await new Promise((resolve) => setImmediate(resolve));
    expect([batches.length, batcher.isIdle]).toEqual([1, true]);
  });

  test('an aborted request leaves the queue; others of the same input stay', async () => {
    const { batcher, next } = heldDevice();
    const busy = batcher.embed([input(1)], online);
    const first = await next();
    const abort = new AbortController();
    const gone = batcher.embed([input(2), input(3)], { ...online, signal: abort.signal });
    const stays = batcher.embed([input(3)], online);
    abort.abort(new Error('client left'));
    await expect(gone).rejects.toThrow('client left');
    expect(batcher.queuedInputs).toBe(1);
    first.finish();
    await busy;
    const second = await next();
    expect([...second.batch.ids]).toEqual([3, 3, 3, 3]);
    second.finish();
    expect((await stays)[0]?.features[0]).toBe(3);
  });

  test('refuses beyond its bound, at once and with a time to come back', async () => {
    const { batcher, next } = heldDevice({ maxQueued: 3 });
    const busy = batcher.embed([input(1)], online);
    const first = await next();
    const waiting = batcher.embed([input(2), input(3)], online);
    await expect(batcher.embed([input(4), input(5)], online)).rejects.toMatchObject({
      code: 'overloaded',
      retryAfterS: expect.any(Number),
    });
    first.finish();
    (await next()).finish();
    await Promise.all([busy, waiting]);
  });

  test("a batch's failure reaches its waiters and no others", async () => {
    const { batcher, next } = heldDevice();
    const first = batcher.embed([input(1)], online);
    const failing = await next();
    const second = batcher.embed([input(2)], online);
    failing.fail(new Error('device gone'));
    await expect(first).rejects.toThrow('device gone');
    (await next()).finish();
    expect((await second)[0]?.features[0]).toBe(2);
  });

  test('gives every input its own answer, whatever comes, leaves and fails meanwhile', async () => {
    const calls = fc.array(
      fc.record({
        ids: fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 12 }),
        priority: fc.constantFrom('online' as const, 'bulk' as const),
        leaves: fc.boolean(),
        fails: fc.boolean(),
      }),
      { minLength: 1, maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(calls, async (made) => {
        let sent = 0;
        const { batcher } = heldDevice({
          maxInFlight: 2,
          windowMs: 0,
          embed: async (rows) => {
            await new Promise((resolve) => setImmediate(resolve));
            sent += 1;
            if (made[sent % made.length]?.fails && sent % 5 === 0) throw new Error('device');
            return { features: Float32Array.from(rows, (row) => row[0] ?? -1), inferenceMs: 1 };
          },
        });
        const results = made.map(async ({ ids, priority, leaves }) => {
          const abort = new AbortController();
          const wanted = batcher.embed(
            ids.map((id) => input(id, 1 + (id % 7))),
            { priority, signal: abort.signal },
          );
          if (leaves) setImmediate(() => abort.abort(new Error('gone')));
          const found = await wanted.catch((error: Error) => error.message);
          if (typeof found === 'string') expect(['gone', 'device']).toContain(found);
          else expect(found.map(({ features }) => features[0])).toEqual(ids);
        });
        await Promise.all(results);
        while (!batcher.isIdle) await new Promise((resolve) => setImmediate(resolve));
        expect([batcher.queuedInputs, batcher.queuedTokens]).toEqual([0, 0]);
      }),
      { numRuns: 50 },
    );
  });
});
