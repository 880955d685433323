import { ImageError } from '../images/image-error.ts';
import { readThumbnail } from '../images/image-reader.ts';
import { THUMBNAIL_BYTES } from '../images/thumbnail.ts';
import type { Split } from './load-splits.ts';
import { unreadableImage } from './unreadable-image.ts';

const LANES = 4;

/**
 * What the task model reads of images that stand beside texts, [rows, 3, 32, 32].
 * Rejects with `invalid_training_file`, naming file and line, for an image that cannot be read.
 */
export async function extractThumbnails(split: Split, signal: AbortSignal): Promise<Uint8Array> {
  const thumbnails = new Uint8Array(split.records.length * THUMBNAIL_BYTES);
  const waiting = split.records.entries();
  const lane = async (): Promise<void> => {
    for (const [row, { image }] of waiting) {
      signal.throwIfAborted();
      if (image === undefined) throw new Error(`internal: row ${row} of ${split.name} has no image`);
      const thumbnail = await readThumbnail(image).catch((error: unknown) => {
        throw error instanceof ImageError ? unreadableImage(split, row, error) : error;
      });
      thumbnails.set(thumbnail, row * THUMBNAIL_BYTES);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return thumbnails;
}
