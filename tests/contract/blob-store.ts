import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { BlobContent, BlobStore } from '../../src/services/ports.ts';
import { concatenateBytes, streamInChunks } from '../support/multipart.ts';

export interface OpenBlobStore extends AsyncDisposable {
  readonly store: BlobStore;
}

const CHANGED = { code: 'blob_changed' };

/** What every blob store keeps, whatever is behind it. */
export function describeBlobStore(platform: string, open: () => Promise<OpenBlobStore>): void {
  describe(`contract: blob store (${platform})`, () => {
    test('gives back what was put, with size and hash', async () => {
      await using opened = await open();
      const content = randomBytes(300_000);
      const stored = await put(opened.store, 'a/b/c.bin', content);
      expect(stored).toMatchObject({ sizeBytes: 300_000, sha256: hashOf('sha256', content) });
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

    test('tells versions apart, and reads the one that was asked for or none', async () => {
      await using opened = await open();
      const { store } = opened;
      const content = randomBytes(1_000);
      const first = await put(store, 'a', content);
      const ifVersion = first.version;
      const found = await store.get('a');
      expect(found?.version).toBe(ifVersion);
      await found?.body.cancel();
      expect(await bytesOf(await store.get('a', { ifVersion }))).toEqual(content);
      expect(await store.read('a', { offset: 10, length: 20 }, { ifVersion })).toEqual(content.slice(10, 30));
      const second = await put(store, 'a', randomBytes(1_000));
      expect(second.version).not.toBe(ifVersion);
      for (const length of [20, 0])
        await expect(store.read('a', { offset: 0, length }, { ifVersion })).rejects.toMatchObject(CHANGED);
      await expect(store.get('a', { ifVersion })).rejects.toMatchObject(CHANGED);
      await store.delete('a');
      expect(await store.get('a', { ifVersion })).toBeNull();
      expect(await store.read('a', { offset: 0, length: 1 }, { ifVersion })).toBeNull();
    });

    test.each([
      ['small', 1_000],
      ['large', 6_000_000],
    ])('a %s blob that must not replace one is refused, and what was there stays', async (_, length) => {
      await using opened = await open();
      const { store } = opened;
      const former = randomBytes(length);
      const options = { maxBytes: 10_000_000, ifAbsent: true };
      await store.put('a', streamInChunks(former, [64_000]), options);
      await expect(store.put('a', streamInChunks(randomBytes(length), [64_000]), options)).rejects.toMatchObject(
        CHANGED,
      );
      expect(hashOf('md5', await read(store, 'a'))).toBe(hashOf('md5', former));
    });

    test('joins parts of any size, sent in any order, into one blob', async () => {
      await using opened = await open();
      const { store } = opened;
      const pieces = [randomBytes(6_000_000), randomBytes(3), randomBytes(0), randomBytes(70_000)];
      const versions = new Map<number, string>();
      for (const index of [3, 0, 2, 1]) {
        const piece = pieces[index] ?? randomBytes(0);
        versions.set(index, (await putPart(store, `p${index}`, piece)).version);
      }
      const parts = pieces.map((_, index) => ({ partId: `p${index}`, version: versions.get(index) ?? '' }));
      const whole = concatenateBytes(pieces);
      const upload = { uploadId: 'upload_1', parts, maxBytes: whole.length, md5: hashOf('md5', whole) };
      // Again: the answer to the first may have been lost.
      for (let count = 0; count < 2; count += 1)
        expect(await store.parts.complete('joined', upload)).toMatchObject({
          sizeBytes: whole.length,
          sha256: hashOf('sha256', whole),
        });
      expect(hashOf('md5', await read(store, 'joined'))).toBe(upload.md5);
      await store.parts.discard('upload_1');
      await store.parts.discard('upload_1');
      await expect(store.parts.complete('again', upload)).rejects.toMatchObject(CHANGED);
      expect(await store.get('again')).toBeNull();
      expect(await store.list({ folder: 'parts', limit: 10 })).toEqual({ blobs: [], hasMore: false });
    });

    test('refuses to join parts that are too large, others than were sent, or of another MD5', async () => {
      await using opened = await open();
      const { store } = opened;
      const content = randomBytes(2_000);
      const { version } = await putPart(store, 'a', content);
      const upload = { uploadId: 'upload_1', parts: [{ partId: 'a', version }], maxBytes: 2_000 };
      await expect(store.parts.complete('k', { ...upload, maxBytes: 1_999 })).rejects.toMatchObject({
        code: 'payload_too_large',
      });
      await expect(store.parts.complete('k', { ...upload, md5: hashOf('md5', randomBytes(9)) })).rejects.toMatchObject({
        code: 'checksum_mismatch',
      });
      await putPart(store, 'a', randomBytes(2_000));
      await expect(store.parts.complete('k', upload)).rejects.toMatchObject(CHANGED);
      expect(await store.get('k')).toBeNull();
      await expect(
        store.parts.put({ uploadId: 'upload_1', partId: 'b' }, streamInChunks(content, [500]), { maxBytes: 1_999 }),
      ).rejects.toMatchObject({ code: 'payload_too_large' });
    });

    test('discards one upload and leaves the others', async () => {
      await using opened = await open();
      const { store } = opened;
      await putPart(store, 'a', randomBytes(10), 'upload_1');
      await putPart(store, 'a', randomBytes(10), 'upload_10');
      await store.parts.discard('upload_1');
      const { blobs } = await store.list({ folder: 'parts', limit: 10 });
      expect(blobs.map(({ key }) => key)).toEqual(['parts/upload_10/a']);
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

const putPart = (store: BlobStore, partId: string, content: Uint8Array, uploadId = 'upload_1') =>
  store.parts.put({ uploadId, partId }, streamInChunks(content, [64_000, 3]), { maxBytes: 10_000_000 });

const bytesOf = async (content: BlobContent | null) => content && new Response(content.body).bytes();

const hashOf = (algorithm: 'sha256' | 'md5', bytes: Uint8Array): string =>
  createHash(algorithm).update(bytes).digest('hex');

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
