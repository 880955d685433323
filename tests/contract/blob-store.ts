import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BlobStore } from '../../src/services/ports.ts';
import { streamInChunks } from '../support/multipart.ts';

export interface OpenBlobStore extends AsyncDisposable {
  readonly store: BlobStore;
}

/** What every blob store keeps, whatever is behind it. */
export function describeBlobStore(name: string, open: () => Promise<OpenBlobStore>): void {
  describe(`blob store: ${name}`, () => {
    test('gives back what was put, with size and hash', async () => {
      await using opened = await open();
      const content = randomBytes(300_000);
      const stored = await put(opened.store, 'a/b/c.bin', content);
      expect(stored).toEqual({ sizeBytes: 300_000, sha256: createHash('sha256').update(content).digest('hex') });
      expect(await read(opened.store, 'a/b/c.bin')).toEqual(content);
    });

    test('keeps an empty blob', async () => {
      await using opened = await open();
      expect(await put(opened.store, 'empty', new Uint8Array(0))).toMatchObject({ sizeBytes: 0 });
      expect(await read(opened.store, 'empty')).toEqual(new Uint8Array(0));
    });

    test('answers null for a key that is not there', async () => {
      await using opened = await open();
      expect(await opened.store.get('nothing/here')).toBeNull();
    });

    test('replaces a blob as a whole', async () => {
      await using opened = await open();
      await put(opened.store, 'checkpoint', randomBytes(5_000));
      const next = randomBytes(100);
      await put(opened.store, 'checkpoint', next);
      expect(await read(opened.store, 'checkpoint')).toEqual(next);
    });

    test('deletes, and deleting again is no error', async () => {
      await using opened = await open();
      await put(opened.store, 'a', randomBytes(10));
      await opened.store.delete('a');
      await opened.store.delete('a');
      expect(await opened.store.get('a')).toBeNull();
    });

    test('accepts exactly the limit and refuses one byte more, leaving nothing', async () => {
      await using opened = await open();
      await put(opened.store, 'exact', randomBytes(1_000), 1_000);
      await expect(put(opened.store, 'over', randomBytes(1_001), 1_000)).rejects.toMatchObject({
        code: 'payload_too_large',
      });
      expect(await opened.store.get('over')).toBeNull();
    });

    test('a put that fails leaves the former blob as it was', async () => {
      await using opened = await open();
      const former = randomBytes(100);
      await put(opened.store, 'a', former);
      await expect(opened.store.put('a', brokenStream(), { maxBytes: 1_000 })).rejects.toThrow('connection lost');
      expect(await read(opened.store, 'a')).toEqual(former);
    });

    test('stops reading the source once it is above the limit', async () => {
      await using opened = await open();
      let pulled = 0;
      const endless = new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(1_000));
        },
      });
      await expect(opened.store.put('a', endless, { maxBytes: 10_000 })).rejects.toMatchObject({
        code: 'payload_too_large',
      });
      expect(pulled).toBeLessThan(100);
    });

    test('lets a reader stop early', async () => {
      await using opened = await open();
      await put(opened.store, 'a', randomBytes(1_000_000));
      const blob = await opened.store.get('a');
      const reader = blob?.body.getReader();
      await reader?.read();
      await reader?.cancel();
      await opened.store.delete('a');
      expect(await opened.store.get('a')).toBeNull();
    });

    test('reads any range, and nothing that is not within the blob', async () => {
      await using opened = await open();
      const content = randomBytes(300_000);
      await put(opened.store, 'a', content);
      for (const [offset, length] of [
        [0, 4],
        [299_990, 10],
        [1_000, 200_000],
        [0, 300_000],
        [300_000, 0],
      ] as const)
        expect(await opened.store.read('a', { offset, length })).toEqual(content.slice(offset, offset + length));
      for (const [offset, length] of [
        [299_999, 2],
        [300_001, 0],
        [400_000, 1],
        [-1, 1],
      ] as const)
        await expect(opened.store.read('a', { offset, length })).rejects.toThrow(RangeError);
      expect(await opened.store.read('none', { offset: 0, length: 1 })).toBeNull();
      expect(await opened.store.read('none', { offset: 0, length: 0 })).toBeNull();
    });

    test('lists a folder and what is below it, with the time of writing', async () => {
      await using opened = await open();
      const beforeMs = Date.now();
      for (const key of ['a/1', 'a/b/2', 'a/b/c/3', 'ab/4', 'a.b/5', 'z']) await put(opened.store, key, randomBytes(1));
      const { blobs, hasMore } = await opened.store.list({ folder: 'a', limit: 1_000 });
      expect(blobs.map(({ key }) => key).sort()).toEqual(['a/1', 'a/b/2', 'a/b/c/3']);
      expect(hasMore).toBe(false);
      // Some file systems keep whole seconds.
      for (const { writtenMs } of blobs) {
        expect(writtenMs).toBeGreaterThanOrEqual(beforeMs - 2_000);
        expect(writtenMs).toBeLessThanOrEqual(Date.now() + 2_000);
      }
      expect(await opened.store.list({ folder: 'none', limit: 10 })).toEqual({ blobs: [], hasMore: false });
    });

    test('lists page by page, each blob once, though the last of every page is deleted', async () => {
      await using opened = await open();
      const keys = ['a/b-c/1', 'a/b/1', 'a/b/2', 'a/b0/1', 'a/c', 'a/d/e/f', 'a/d/g'];
      for (const key of keys) await put(opened.store, key, randomBytes(1));
      const pages: string[][] = [];
      let after: string | undefined;
      do {
        const { blobs, hasMore } = await opened.store.list({ folder: 'a', after, limit: 2 });
        pages.push(blobs.map(({ key }) => key));
        after = hasMore ? blobs.at(-1)?.key : undefined;
        if (after !== undefined) await opened.store.delete(after);
      } while (after !== undefined);
      expect(pages.map(({ length }) => length)).toEqual([2, 2, 2, 1]);
      expect(pages.flat().sort()).toEqual(keys);
    });

    test.each([
      '../escape',
      'a/../../b',
      '/absolute',
      'a//b',
      '',
      'a/',
      '.partial/x',
      String.raw`a\b`,
      'a\u0000b',
      'x'.repeat(600),
    ])('refuses the key %j', async (key) => {
      await using opened = await open();
      await expect(put(opened.store, key, randomBytes(1))).rejects.toThrow('no blob key');
      await expect(async () => opened.store.get(key)).rejects.toThrow('no blob key');
      await expect(async () => opened.store.read(key, { offset: 0, length: 1 })).rejects.toThrow('no blob key');
      await expect(async () => opened.store.delete(key)).rejects.toThrow('no blob key');
      await expect(async () => opened.store.list({ folder: key, limit: 1 })).rejects.toThrow('no blob key');
    });
  });
}

const put = (store: BlobStore, key: string, content: Uint8Array, maxBytes = 10_000_000) =>
  store.put(key, streamInChunks(content, [64_000, 3, 70_000]), { maxBytes });

async function read(store: BlobStore, key: string): Promise<Uint8Array> {
  const blob = await store.get(key);
  if (!blob) throw new Error(`nothing at ${key}`);
  const content = await new Response(blob.body).bytes();
  expect(blob.sizeBytes).toBe(content.length);
  return content;
}

function randomBytes(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 65_536)
    crypto.getRandomValues(bytes.subarray(offset, offset + 65_536));
  return bytes;
}

function brokenStream(): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    pull(controller) {
      if (sent) return controller.error(new Error('connection lost'));
      sent = true;
      controller.enqueue(new Uint8Array(100));
    },
  });
}
