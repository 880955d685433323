import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { createHostMemory } from '../../../src/engine/index.ts';

// What an adapter must hold is guarded by the method's own tests; here it is whatever bytes arrive.
vi.mock('../../../src/levi/index.ts', () => ({ readModel: (bytes: Uint8Array) => [{ bytes }] }));
const { createAdapterStore } = await import('../../../gpu-worker/src/adapters/adapter-store.ts');

const BYTES = 300_000;
const blobs = Array.from({ length: 40 }, (_, id) => new Uint8Array(BYTES).fill(id + 1));
const hashes = blobs.map((bytes) => createHash('sha256').update(bytes).digest('hex'));

function createStore(maxAdapters: number) {
  const memory = createHostMemory(2_000_000);
  if (!memory) throw new Error('this platform compiles no WebAssembly');
  const store = createAdapterStore({
    maxBytes: maxAdapters * BYTES,
    memory,
    fetch: async (hash) => {
      await new Promise((resolve) => setImmediate(resolve));
      return blobs[hashes.indexOf(hash)] ?? new Uint8Array();
    },
  });
  return { memory, store };
}

/** The bytes that stand for an adapter's weights. */
const bytesOf = (adapters: unknown): Uint8Array => (adapters as { bytes: Uint8Array }[])[0]?.bytes ?? new Uint8Array();
const isWhole = (bytes: Uint8Array, id: number): boolean => Buffer.compare(bytes, blobs[id] ?? new Uint8Array()) === 0;

test('whoever holds an adapter reads its own weights, however many push it out meanwhile', async () => {
  const { memory, store } = createStore(3);
  const ask = async (turn: number): Promise<void> => {
    const id = (turn * 7) % blobs.length;
    using held = await store.hold(hashes[id] ?? '');
    for (let wait = 0; wait < turn % 5; wait++) {
      expect(isWhole(bytesOf(held.adapters), id)).toBe(true);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isWhole(bytesOf(held.adapters), id)).toBe(true);
  };
  await Promise.all(Array.from({ length: 200 }, (_, turn) => ask(turn)));
  await new Promise((resolve) => setImmediate(resolve));
  expect(store.sizeBytes).toBeLessThanOrEqual(3 * BYTES);
  expect(memory.allocatedBytes).toBeLessThanOrEqual(3 * (BYTES + 64));
});

test('weights lie in the memory that answers are computed in, as long as there is room', async () => {
  const { memory, store } = createStore(40);
  for (const [id, hash] of hashes.entries()) {
    using held = await store.hold(hash);
    expect(isWhole(bytesOf(held.adapters), id)).toBe(true);
  }
  expect(store.resident).toHaveLength(40);
  expect(memory.allocatedBytes).toBeGreaterThan(1_500_000);
  using first = await store.hold(hashes[0] ?? '');
  expect(bytesOf(first.adapters).buffer).toBe(memory.buffer);
});

test('a memory gives back all of it when the last adapter is let go', async () => {
  const { memory, store } = createStore(2);
  await store.pin(hashes[0] ?? '');
  const held = await store.hold(hashes[1] ?? '');
  await store.hold(hashes[2] ?? '').then((other) => other[Symbol.dispose]());
  await new Promise((resolve) => setImmediate(resolve));
  expect(isWhole(bytesOf(held.adapters), 1)).toBe(true);
  held[Symbol.dispose]();
  store.unpin(hashes[0] ?? '');
  for (const hash of hashes.slice(3, 6)) await store.hold(hash).then((other) => other[Symbol.dispose]());
  await new Promise((resolve) => setImmediate(resolve));
  expect(memory.allocatedBytes).toBeLessThanOrEqual(2 * (BYTES + 64));
});
