import type { BlobStore } from '../../../src/services/ports.ts';

/** What a test does at the blob store's door; it runs in the test's process wherever the store is. */
export interface BlobHooks {
  /** The store's own bound, when it is below what the caller allows. */
  readonly maxBytes?: number;
  /** What it throws, `put` throws, and nothing is written. */
  readonly beforePut?: (key: string) => Promise<void> | void;
  /** The blob is whole, and nobody was told yet. What it throws, `put` throws. */
  readonly afterPut?: (key: string) => Promise<void> | void;
  /** What came was not whole, or could not be kept. */
  readonly onFailedPut?: (key: string) => Promise<void> | void;
  /** Before a blob is read from its beginning. */
  readonly beforeGet?: (key: string) => Promise<void> | void;
  /** Somebody who read a blob let go of it before its end. */
  readonly onCancel?: (key: string) => Promise<void> | void;
}

/** The same store with somebody at its door. */
export const watchBlobs = (
  store: BlobStore,
  { maxBytes, beforePut, afterPut, onFailedPut, beforeGet, onCancel }: BlobHooks,
): BlobStore => ({
  ...store,
  async put(key, body, options) {
    await beforePut?.(key);
    const bound = { ...options, maxBytes: Math.min(options.maxBytes, maxBytes ?? Infinity) };
    const stored = await store.put(key, body, bound).catch(async (error: unknown) => {
      await onFailedPut?.(key);
      throw error;
    });
    await afterPut?.(key);
    return stored;
  },
  async get(key, condition) {
    await beforeGet?.(key);
    const content = await store.get(key, condition);
    if (!content || !onCancel) return content;
    return { ...content, body: watchCancel(content.body, () => onCancel(key)) };
  },
});

function watchCancel(
  body: ReadableStream<Uint8Array>,
  onCancel: () => Promise<void> | void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      await reader.cancel(reason);
      await onCancel();
    },
  });
}
