import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Extracted } from '../features/feature-extractor.ts';
import type { ResidentBackbone, ResidentTextBackbone } from '../resident/resident-backbones.ts';
import { extractImages } from './extract-images.ts';
import type { Split } from './load-splits.ts';
import { tokenizeAhead } from './tokenize-ahead.ts';
import type { NumberedText } from './tokenize-ahead.ts';

export interface ExtractSplitOptions {
  readonly cacheSalt: string;
  /** Of texts, in tokens. */
  readonly maxLength: number;
  readonly signal: AbortSignal;
  readonly onProgress: (doneRows: number) => void;
}

export interface ExtractedSplit {
  /** Half-float features, [rows, taps, width]. */
  readonly halfs: Uint16Array;
  readonly tokens: number;
  readonly truncatedTexts: number;
  readonly cachedInputs: number;
  /** What the task model reads of images, [rows, 3, 32, 32]; null where the records have none that the backbone read. */
  readonly thumbnails: Uint8Array | null;
}

const CHUNK_ROWS = 128;
// The batcher sees the next chunk while it works on this one, so the device never waits for us.
const CHUNKS_AHEAD = 2;

/** Features of what the backbone reads of every record, as bulk work: what predictions ask for meanwhile goes first. */
export async function extractSplit(
  backbone: ResidentBackbone,
  split: Split,
  options: ExtractSplitOptions,
): Promise<ExtractedSplit> {
  if (backbone.modality === 'image') return await extractImages(backbone, split, options);
  return await extractTexts(
    backbone,
    split.records.map(({ text }) => text),
    options,
  );
}

async function extractTexts(
  { tokenizer, extractor, graph }: ResidentTextBackbone,
  texts: readonly string[],
  { cacheSalt, maxLength, signal, onProgress }: ExtractSplitOptions,
): Promise<ExtractedSplit> {
  const rowSize = graph.taps * graph.width;
  const halfs = new Uint16Array(texts.length * rowSize);
  let cachedInputs = 0;
  let doneRows = 0;
  let tokens = 0;
  let truncatedTexts = 0;
  const chunks = chunksByLength(texts);
  const ahead = tokenizeAhead(chunks, (text) => tokenizer.encode(text, maxLength));
  const extractChunk = async (index: number, chunk: readonly NumberedText[]): Promise<void> => {
    const inputs = ahead.take(index);
    tokens += inputs.reduce((sum, { ids }) => sum + ids.length, 0);
    truncatedTexts += inputs.filter(({ isTruncated }) => isTruncated).length;
    const extracted: Extracted = await extractor.extract(inputs, { cacheSalt, maxLength, priority: 'bulk', signal });
    for (const [position, row] of extracted.rows.entries()) halfs.set(row, (chunk[position]?.index ?? 0) * rowSize);
    cachedInputs += extracted.cachedInputs;
    doneRows += chunk.length;
    onProgress(doneRows);
    // Nothing else would let the process do other work while a whole file comes from the cache.
    if (extracted.cachedInputs === inputs.length) await nextTurn(undefined, { signal });
  };
  const waiting = chunks.entries();
  const lane = async (): Promise<void> => {
    for (const [index, chunk] of waiting) await extractChunk(index, chunk);
  };
  await Promise.all([...Array.from({ length: CHUNKS_AHEAD }, lane), ahead.run(signal)]);
  return { halfs, tokens, truncatedTexts, cachedInputs, thumbnails: null };
}

// Neighbours in length share a batch with next to no padding: 3 times the speed of file order. By characters, as the device would
// wait for all to become tokens; the batcher sorts what waits by tokens, which leaves 1 % more padding.
function chunksByLength(texts: readonly string[]): NumberedText[][] {
  const sorted = texts.map((text, index) => ({ index, text })).sort((a, b) => a.text.length - b.text.length);
  return Array.from({ length: Math.ceil(sorted.length / CHUNK_ROWS) }, (_, chunk) =>
    sorted.slice(chunk * CHUNK_ROWS, (chunk + 1) * CHUNK_ROWS),
  );
}
