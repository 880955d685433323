import type { PaddedBatch } from '../device/encoder-batch.ts';

export interface TokenRow {
  readonly ids: Int32Array;
}

export function padBatch(entries: readonly TokenRow[]): PaddedBatch {
  const columns = entries.reduce((longest, { ids }) => Math.max(longest, ids.length), 1);
  const ids = new Int32Array(entries.length * columns);
  const lengths = new Int32Array(entries.length);
  for (const [row, entry] of entries.entries()) {
    ids.set(entry.ids, row * columns);
    lengths[row] = entry.ids.length;
  }
  return { rows: entries.length, columns, ids, lengths };
}
