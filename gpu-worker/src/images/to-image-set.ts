import type { ImageSet } from '../../../src/levi/index.ts';
import { THUMBNAIL_BYTES, THUMBNAIL_SIZE } from './thumbnail.ts';

/** Thumbnails of rows, one after the other, as the task model takes them. */
export function toImageSet(thumbnails: Uint8Array, rows: number): ImageSet {
  if (thumbnails.length !== rows * THUMBNAIL_BYTES) throw new Error('internal: as many thumbnails as rows are needed');
  return { rows, size: THUMBNAIL_SIZE, data: thumbnails };
}
