import type { EncoderBatch } from '../device/encoder-batch.ts';

export type TrialShape =
  | { readonly modality: 'text' }
  | { readonly modality: 'image'; readonly imageSize: { readonly height: number; readonly width: number } };

// An ordinary short text.
const COLUMNS = 32;

/** A batch of nothing in particular that costs as much as any other of so many tokens, or images. */
export function trialBatch(shape: TrialShape, tokens: number): EncoderBatch {
  if (shape.modality === 'image') {
    const { height, width } = shape.imageSize;
    return { rows: tokens, height, width, pixels: new Float32Array(tokens * 3 * height * width).fill(0.25) };
  }
  const columns = Math.min(COLUMNS, tokens);
  const rows = Math.max(1, Math.round(tokens / columns));
  return { rows, columns, ids: new Int32Array(rows * columns).fill(1), lengths: new Int32Array(rows).fill(columns) };
}

/** Two rows of unequal length, or two images. */
export function probeBatch(shape: TrialShape): EncoderBatch {
  if (shape.modality === 'image') return trialBatch(shape, 2);
  return { rows: 2, columns: 5, ids: Int32Array.of(1, 2, 3, 4, 5, 1, 2, 3, 0, 0), lengths: Int32Array.of(5, 3) };
}
