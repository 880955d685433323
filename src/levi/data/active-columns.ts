import type { FeatureMatrix } from '../feature-matrix.ts';

/**
 * Numbers of a row, all taps side by side, that are not zero in every row, in order. The others are the padding of layers narrower than the widest, or
 * constant: a linear model's optimum gives them no weight, and leaving them out saves most of the work where layers differ in width. At least one.
 */
export function activeColumns({ rows, taps, width, data }: FeatureMatrix): Int32Array {
  const size = taps * width;
  const isActive = new Uint8Array(size);
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    for (let column = 0; column < size; column++) if (data[from + column] !== 0) isActive[column] = 1;
  }
  const active = Int32Array.from(isActive.keys()).filter((column) => isActive[column] === 1);
  return active.length === 0 ? Int32Array.of(0) : active;
}

/** The given columns of a matrix `[rows, size]`; the same array when they are all of them. */
export function takeColumns(data: Float32Array, size: number, columns: Int32Array): Float32Array {
  if (columns.length === size) return data;
  const rows = data.length / size;
  const taken = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    for (let index = 0; index < columns.length; index++) {
      taken[row * columns.length + index] = data[row * size + (columns[index] ?? 0)] ?? 0;
    }
  }
  return taken;
}

/** Back to `[rows, size]`, zero elsewhere. */
export function spreadColumns(data: ArrayLike<number>, size: number, columns: Int32Array): Float32Array {
  if (columns.length === size) return Float32Array.from(data);
  const rows = columns.length === 0 ? 0 : data.length / columns.length;
  const spread = new Float32Array(rows * size);
  for (let row = 0; row < rows; row++) {
    for (let index = 0; index < columns.length; index++) {
      spread[row * size + (columns[index] ?? 0)] = data[row * columns.length + index] ?? 0;
    }
  }
  return spread;
}
