import { TOKENS_PER_IMAGE } from '../../../src/contract/models.ts';
import { UnreadableImageError } from '../features/image-extractor.ts';
import { THUMBNAIL_BYTES } from '../images/thumbnail.ts';
import type { ResidentImageBackbone } from '../resident/resident-backbones.ts';
import type { ExtractedSplit, ExtractSplitOptions } from './extracted-split.ts';
import type { Split } from './load-splits.ts';
import { unreadableImage } from './unreadable-image.ts';

const CHUNK_ROWS = 64;
const CHUNKS_AHEAD = 2;

/**
 * Features of every record's image; the encoded files stay in memory, their pixels for a few batches only.
 * Rejects with `invalid_training_file`, naming file and line, for an image that cannot be read.
 */
export async function extractImages(
  { extractor, graph }: ResidentImageBackbone,
  split: Split,
  { cacheSalt, signal, onProgress }: Omit<ExtractSplitOptions, 'maxLength'>,
): Promise<ExtractedSplit> {
  const images = split.records.map(({ image }, row) => {
    if (image === undefined) throw new Error(`internal: row ${row} of ${split.name} has no image`);
    return image;
  });
  const rowSize = graph.taps * graph.width;
  const halfs = new Uint16Array(images.length * rowSize);
  const thumbnails = new Uint8Array(images.length * THUMBNAIL_BYTES);
  let cachedInputs = 0;
  let doneRows = 0;
  let next = 0;

  const extractChunk = async (start: number): Promise<void> => {
    const chunk = images.slice(start, start + CHUNK_ROWS);
    const extracted = await extractor
      .extract(chunk, { cacheSalt, priority: 'bulk', signal })
      .catch((error: unknown) => {
        if (!(error instanceof UnreadableImageError)) throw error;
        throw unreadableImage(split, start + error.index, error);
      });
    for (const [position, row] of extracted.rows.entries()) halfs.set(row, (start + position) * rowSize);
    for (const [position, thumbnail] of extracted.thumbnails.entries()) {
      thumbnails.set(thumbnail, (start + position) * THUMBNAIL_BYTES);
    }
    cachedInputs += extracted.cachedInputs;
    doneRows += chunk.length;
    onProgress(doneRows);
  };
  const lane = async (): Promise<void> => {
    for (let start = next; start < images.length; start = next) {
      next = start + CHUNK_ROWS;
      await extractChunk(start);
    }
  };
  await Promise.all(Array.from({ length: CHUNKS_AHEAD }, lane));
  return { halfs, tokens: images.length * TOKENS_PER_IMAGE, truncatedTexts: 0, cachedInputs, thumbnails };
}
