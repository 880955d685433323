import { describe, expect, test } from 'vitest';
import { createSlots } from '../../../gpu-worker/src/batching/slots.ts';
import { createFeatureCache } from '../../../gpu-worker/src/features/feature-cache.ts';
import { widenHalfs } from '../../../gpu-worker/src/runtime/half-floats.ts';
import { createImageExtractor, UnreadableImageError } from '../../../gpu-worker/src/features/image-extractor.ts';
import { ImageError } from '../../../gpu-worker/src/images/image-error.ts';
import { THUMBNAIL_BYTES } from '../../../gpu-worker/src/images/thumbnail.ts';
import { extractImages } from '../../../gpu-worker/src/jobs/extract-images.ts';
import { extractThumbnails } from '../../../gpu-worker/src/jobs/extract-thumbnails.ts';
import type { ResidentImageBackbone } from '../../../gpu-worker/src/resident/resident-backbones.ts';
import { drawColouredPng } from '../../support/draw-image.ts';

const file = (content: number): Uint8Array => Uint8Array.of(content);
const options = { cacheSalt: 'project-a', priority: 'online' } as const;
const UNREADABLE = 255;

/** Files of one byte: the image's only pixel, its feature, and its thumbnail. */
function createExtractor({ slotCount = 3, maxWaiting = 1_000 } = {}) {
  let held = 0;
  const seen = { decoded: 0, mostHeld: 0 };
  const slots = createSlots({ count: slotCount, maxWaiting });
  const extractor = createImageExtractor({
    backboneFingerprint: 'f',
    cache: createFeatureCache({ maxBytes: 10_000_000 }),
    slots,
    readImage: async ([content = 0]) => {
      seen.decoded += 1;
      seen.mostHeld = Math.max(seen.mostHeld, (held += 1));
      if (content === UNREADABLE) throw new ImageError('is damaged');
      return { pixels: Float32Array.of(content), thumbnail: new Uint8Array(THUMBNAIL_BYTES).fill(content) };
    },
    batcher: {
      embed: async (inputs) => {
        await new Promise((resolve) => setImmediate(resolve));
        held -= inputs.length;
        return inputs.map(({ content }) => ({
          features: Float32Array.of(content[0] ?? -1),
          queueMs: 1,
          inferenceMs: 1,
        }));
      },
    },
  });
  return { extractor, seen, slots };
}

const values = (rows: readonly Uint16Array[]): (number | undefined)[] => rows.map((row) => widenHalfs(row)[0]);

describe('features of images', () => {
  test('come in order, with a thumbnail each', async () => {
    const { extractor } = createExtractor();
    const { rows, thumbnails } = await extractor.extract([3, 1, 2].map(file), options);
    expect(values(rows)).toEqual([3, 1, 2]);
    expect(thumbnails.map((thumbnail) => [thumbnail.length, thumbnail.at(-1)])).toEqual(
      [3, 1, 2].map((content) => [THUMBNAIL_BYTES, content]),
    );
  });

  test('are not decoded again when they are cached, for the thumbnail either', async () => {
    const { extractor, seen } = createExtractor();
    const miss = await extractor.extract([file(7)], options);
    const hit = await extractor.extract([file(7)], options);
    expect([hit.rows, hit.thumbnails]).toEqual([miss.rows, miss.thumbnails]);
    expect([miss.cachedInputs, hit.cachedInputs, hit.inferenceMs, seen.decoded]).toEqual([0, 1, 0, 1]);
    expect((await extractor.extract([file(7)], { ...options, cacheSalt: 'project-b' })).cachedInputs).toBe(0);
  });

  test('never hold more decoded images than there are slots', async () => {
    const { extractor, seen } = createExtractor({ slotCount: 3 });
    await extractor.extract(
      Array.from({ length: 50 }, (_, index) => file(index)),
      options,
    );
    expect(seen).toEqual({ decoded: 50, mostHeld: 3 });
  });

  test('name the one that cannot be read, and stop decoding the others', async () => {
    const { extractor, seen, slots } = createExtractor({ slotCount: 1 });
    const files = [1, UNREADABLE, ...Array.from({ length: 40 }, (_, index) => index + 2)].map(file);
    const failure = await extractor.extract(files, options).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnreadableImageError);
    expect(failure).toMatchObject({ index: 1, message: 'is damaged' });
    expect(seen.decoded).toBeLessThan(5);
    expect(slots.waiting).toBe(0);
    expect(values((await extractor.extract([file(9)], options)).rows)).toEqual([9]);
  });

  test('are refused at once beyond the bound of what may wait', async () => {
    const { extractor } = createExtractor({ slotCount: 1, maxWaiting: 2 });
    const files = Array.from({ length: 10 }, (_, index) => file(index));
    await expect(extractor.extract(files, options)).rejects.toMatchObject({ code: 'overloaded', retryAfterS: 1 });
  });
});

describe('slots', () => {
  test('go to online work before bulk that waits longer, and leave with the signal', async () => {
    const slots = createSlots({ count: 1, maxWaiting: 10 });
    const order: string[] = [];
    const first = await slots.acquire({ priority: 'bulk' });
    const take = async (name: string, priority: 'online' | 'bulk'): Promise<void> => {
      using _slot = await slots.acquire({ priority });
      order.push(name);
    };
    const stop = new AbortController();
    const gone = slots.acquire({ priority: 'online', signal: stop.signal });
    const all = [take('bulk', 'bulk'), take('online', 'online')];
    stop.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    first[Symbol.dispose]();
    await Promise.all(all);
    expect(order).toEqual(['online', 'bulk']);
  });
});

describe("a split's images", () => {
  const backbone = (extractor: ResidentImageBackbone['extractor']): ResidentImageBackbone => ({
    modality: 'image',
    graph: { id: 'tiny-vit', fingerprint: 'f', graphPath: '/none', taps: 1, width: 1, idsDtype: null },
    imageSize: { height: 1, width: 1 },
    readImage: () => Promise.reject(new Error('read by the extractor')),
    extractor,
    overload: () => null,
  });
  const split = (contents: readonly number[]) => ({
    name: 'train',
    file: 'training_file',
    records: contents.map((content) => ({ text: '', label: 'a', image: file(content) })),
    lines: contents.map((_, row) => row + 2),
  });
  const settings = { cacheSalt: 's', signal: new AbortController().signal };

  test('become features and thumbnails of every row, in file order, with progress', async () => {
    const contents = Array.from({ length: 150 }, (_, row) => row);
    const progress: number[] = [];
    const onProgress = (rows: number): void => void progress.push(rows);
    const { extractor } = createExtractor();
    const extracted = await extractImages(backbone(extractor), split(contents), { ...settings, onProgress });
    expect([...widenHalfs(extracted.halfs)]).toEqual(contents);
    expect(contents.map((row) => extracted.thumbnails?.[row * THUMBNAIL_BYTES])).toEqual(contents);
    expect(progress.at(-1)).toBe(150);
    expect(extracted.tokens).toBe(150 * 80);
  });

  test('one that cannot be read is named by file and line, and by the name the row has', async () => {
    const extract = (rows: ReturnType<typeof split>): Promise<unknown> => {
      const { extractor } = createExtractor();
      return extractImages(backbone(extractor), rows, { ...settings, onProgress: () => {} });
    };
    const rows = split([1, 2, UNREADABLE]);
    await expect(extract(rows)).rejects.toMatchObject({
      code: 'invalid_training_file',
      param: 'training_file',
      message: 'training_file, line 4, field "image": is damaged.',
    });
    const named = rows.records.map((record, row) => ({ ...record, id: `dog/${row}.jpg` }));
    await expect(extract({ ...rows, records: named })).rejects.toThrow('field "image" of "dog/2.jpg": is damaged.');
  });
});

test('images beside texts become thumbnails of every row; one that cannot be read is named', async () => {
  const image = await drawColouredPng([200, 40, 40], 1);
  const split = (images: readonly Uint8Array[]) => ({
    name: 'train',
    file: 'training_file',
    records: images.map((each) => ({ text: 'a red square', label: 'a', image: each })),
    lines: images.map((_, row) => row + 1),
  });
  const { signal } = new AbortController();
  const thumbnails = await extractThumbnails(split(Array.from({ length: 6 }, () => image)), signal);
  expect(thumbnails).toHaveLength(6 * THUMBNAIL_BYTES);
  expect(thumbnails.subarray(5 * THUMBNAIL_BYTES)).toEqual(thumbnails.subarray(0, THUMBNAIL_BYTES));
  expect(thumbnails[0]).toBeGreaterThan(150);
  await expect(extractThumbnails(split([image, image.subarray(0, -20)]), signal)).rejects.toMatchObject({
    code: 'invalid_training_file',
    message: expect.stringContaining('training_file, line 2, field "image": is damaged or cut short'),
  });
});
