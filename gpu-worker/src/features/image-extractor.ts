import type { Batcher } from '../batching/batcher.ts';
import type { Slots } from '../batching/slots.ts';
import type { ReadImageFile } from '../images/image-reader.ts';
import { ImageError } from '../images/image-error.ts';
import { THUMBNAIL_BYTES } from '../images/thumbnail.ts';
import type { Extracted, ExtractOptions } from './feature-extractor.ts';
import type { FeatureCache } from './feature-cache.ts';
import { featureKey } from './feature-key.ts';
import type { FeatureKey } from './feature-key.ts';
import { roundToHalfs } from '../runtime/half-floats.ts';

export interface ExtractedImages extends Extracted {
  /** [3, 32, 32] of each image, for the task model. */
  readonly thumbnails: readonly Uint8Array[];
  /** Until the last was decoded. */
  readonly decodeMs: number;
}

/** Which of the images given could not be read; the caller knows what to call it. */
export class UnreadableImageError extends Error {
  override readonly name = 'UnreadableImageError';
  readonly index: number;

  constructor(index: number, cause: ImageError) {
    super(cause.message, { cause });
    this.index = index;
  }
}

export interface ImageExtractor {
  /** Features of encoded files. Rejects with UnreadableImageError for the first that cannot be read. */
  extract(files: readonly Uint8Array[], options: Omit<ExtractOptions, 'maxLength'>): Promise<ExtractedImages>;
}

export interface ImageExtractorOptions {
  readonly backboneFingerprint: string;
  readonly cache: FeatureCache;
  readonly batcher: Pick<Batcher<Float32Array>, 'embed'>;
  readonly readImage: ReadImageFile;
  /** One for each image that is decoded and not yet through the backbone: a file is small, its pixels are not. */
  readonly slots: Slots;
}

interface Wanted {
  readonly index: number;
  readonly file: Uint8Array;
  readonly key: FeatureKey;
}

interface Computed {
  readonly entry: Uint16Array;
  readonly decodedMs: number;
  readonly queueMs: number;
}

/**
 * Features of images, from the cache or the backbone, by the bytes of their files. Decoding runs ahead of the device by as many
 * images as there are slots; features pass through half precision on every path.
 */
export function createImageExtractor(parts: ImageExtractorOptions): ImageExtractor {
  const { backboneFingerprint, cache, batcher, readImage, slots } = parts;

  async function compute({ index, file, key }: Wanted, options: Pick<ExtractOptions, 'priority' | 'signal' | 'onRun'>) {
    using _slot = await slots.acquire(options);
    const { pixels, thumbnail } = await readImage(file).catch((error: unknown) => {
      throw error instanceof ImageError ? new UnreadableImageError(index, error) : error;
    });
    const decodedMs = performance.now();
    const [embedded] = await batcher.embed([{ key: key.id, size: 1, content: pixels }], options);
    if (!embedded) throw new Error('internal: an image was left without features');
    return { entry: packEntry(embedded.features, thumbnail), decodedMs, queueMs: embedded.queueMs };
  }

  return {
    extract: async (files, { cacheSalt, priority, noStore = false, signal, onRun }) => {
      const startedMs = performance.now();
      const wanted = files.map((file, index): Wanted => {
        return { index, file, key: featureKey({ cacheSalt, backboneFingerprint, maxLength: 0, content: file }) };
      });
      const entries = noStore
        ? wanted.map((): Uint16Array | undefined => undefined)
        : await cache.getAll(wanted.map(({ key }) => key));
      const misses = wanted.filter(({ index }) => entries[index] === undefined);
      // The first failure ends the others: those that wait need not be decoded any more.
      const failed = new AbortController();
      const both = signal === undefined ? failed.signal : AbortSignal.any([failed.signal, signal]);
      const run = async (image: Wanted): Promise<Computed> => {
        try {
          const computed = await compute(image, { priority, signal: both, onRun });
          entries[image.index] = computed.entry;
          if (!noStore) cache.set(image.key, computed.entry);
          return computed;
        } catch (error) {
          failed.abort(error);
          throw error;
        }
      };
      const computed = await Promise.all(misses.map(run));
      const queueMs = Math.max(0, ...computed.map((each) => each.queueMs));
      const decodeMs = Math.max(0, ...computed.map(({ decodedMs }) => decodedMs - startedMs));
      const inferenceMs = Math.max(0, performance.now() - startedMs - queueMs - decodeMs);
      const unpacked = entries.map(unpackEntry);
      return {
        rows: unpacked.map(({ halfs }) => halfs),
        thumbnails: unpacked.map(({ thumbnail }) => thumbnail),
        cachedInputs: files.length - misses.length,
        decodeMs: computed.length === 0 ? 0 : decodeMs,
        queueMs,
        inferenceMs: computed.length === 0 ? 0 : inferenceMs,
      };
    },
  };
}

/** Thumbnail and half-float features in one array: an image whose features are cached is not decoded for its thumbnail. */
function packEntry(features: Float32Array, thumbnail: Uint8Array): Uint16Array {
  const entry = new Uint16Array(THUMBNAIL_BYTES / 2 + features.length);
  new Uint8Array(entry.buffer).set(thumbnail);
  entry.set(roundToHalfs(features), THUMBNAIL_BYTES / 2);
  return entry;
}

function unpackEntry(entry: Uint16Array | undefined): { readonly halfs: Uint16Array; readonly thumbnail: Uint8Array } {
  if (!entry) throw new Error('internal: an image was left without features');
  return {
    thumbnail: new Uint8Array(entry.buffer, entry.byteOffset, THUMBNAIL_BYTES),
    halfs: entry.subarray(THUMBNAIL_BYTES / 2),
  };
}
