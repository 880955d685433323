import { createHash } from 'node:crypto';
import { describe, expect, test, vi } from 'vitest';

// What an adapter must hold is guarded by the method's own tests; here it is whatever bytes arrive.
vi.mock('../../../src/levi/index.ts', () => ({ readModel: (bytes: Uint8Array) => [{ bytes }] }));
const { createAdapterStore } = await import('../../../gpu-worker/src/adapters/adapter-store.ts');

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const first = new Uint8Array(100).fill(1);
const second = new Uint8Array(100).fill(2);

function countingStore(maxBytes: number) {
  const fetched: string[] = [];
  const blobs = new Map([first, second].map((bytes) => [sha256(bytes), bytes]));
  const store = createAdapterStore({
    maxBytes,
    fetch: async (hash) => {
      fetched.push(hash);
      return blobs.get(hash) ?? first;
    },
  });
  return { store, fetched };
}

describe('the adapter store', () => {
  test('fetches an adapter once, however many ask at the same time', async () => {
    const { store, fetched } = countingStore(1_000);
    const [a, b] = await Promise.all([store.hold(sha256(first)), store.hold(sha256(first))]);
    expect(a.adapters).toBe(b.adapters);
    expect((await store.hold(sha256(first))).adapters).toBe(a.adapters);
    expect(fetched).toHaveLength(1);
  });

  test('drops the least recently used one beyond its bytes', async () => {
    const { store, fetched } = countingStore(150);
    for (const bytes of [first, second, first]) await store.hold(sha256(bytes));
    expect(fetched).toEqual([first, second, first].map(sha256));
  });

  test('refuses bytes of another hash, and tries anew the next time', async () => {
    const { store, fetched } = countingStore(1_000);
    const hash = 'f'.repeat(64);
    await expect(store.hold(hash)).rejects.toMatchObject({ code: 'adapter_invalid' });
    await expect(store.hold(hash)).rejects.toMatchObject({ code: 'adapter_invalid' });
    expect(fetched).toHaveLength(2);
  });

  test('a pinned one stays, whatever else is asked for, until it is let go', async () => {
    const { store, fetched } = countingStore(250);
    await store.pin(sha256(first));
    await store.hold(sha256(second));
    await store.hold('f'.repeat(64)).catch(() => {});
    expect(store.pinned).toEqual([sha256(first)]);
    await store.hold(sha256(first));
    expect(fetched.filter((hash) => hash === sha256(first))).toHaveLength(1);
    store.unpin(sha256(first));
    expect([store.pinned, store.resident, store.sizeBytes]).toEqual([[], [sha256(first), sha256(second)], 200]);
  });

  test('pins no more than half of its bytes, and says how to mend that', async () => {
    const { store } = countingStore(250);
    await store.pin(sha256(first));
    await expect(store.pin(sha256(second))).rejects.toMatchObject({
      code: 'limit_reached',
      message: expect.stringContaining('LEVIGATE_ADAPTER_CACHE_MB'),
    });
    expect(store.pinned).toEqual([sha256(first)]);
  });

  test('never holds more than its bytes, pinned ones counted', async () => {
    const { store } = countingStore(200);
    await store.hold(sha256(second));
    await store.pin(sha256(first));
    expect(store.sizeBytes).toBe(200);
    const { store: small } = countingStore(199);
    await small.hold(sha256(second));
    await small.pin(sha256(first)).catch(() => {});
    expect(small.sizeBytes).toBeLessThanOrEqual(199);
  });
});
