import { describe, expect, test } from 'vitest';
import { createBatcher } from '../../../gpu-worker/src/batching/batcher.ts';
import type { BatcherOptions } from '../../../gpu-worker/src/batching/batcher.ts';
import { padBatch } from '../../../gpu-worker/src/batching/pad-batch.ts';
import type { PaddedBatch } from '../../../gpu-worker/src/device/messages.ts';

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
    tokenBudget: 16,
    maxRows: 8,
    windowMs: 1,
    maxQueued: 100,
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
    const first = await next();
    expect(first.batch.rows * first.batch.columns).toBe(16);
    first.finish();
    (await next()).finish();
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
});
