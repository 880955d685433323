import type { FeatureMatrix } from '../feature-matrix.ts';

/** Per tap and feature, `[taps, width]`: x becomes (x - mean) * scale. */
export interface Standardisation {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

// Below this a feature is constant but for rounding, and dividing by it would make noise of it.
const SMALLEST_DEVIATION = 1e-6;

/** Mean and inverse standard deviation over the given rows: the training split alone, so that no other row leaks into it. */
export function learnStandardisation(features: FeatureMatrix, rows: ArrayLike<number>): Standardisation {
  const size = features.taps * features.width;
  const sums = new Float64Array(size);
  const squares = new Float64Array(size);
  forEachRow(features, rows, (row) => {
    for (let j = 0; j < size; j++) sums[j] = (sums[j] ?? 0) + (row[j] ?? 0);
  });
  const means = sums.map((sum) => sum / rows.length);
  forEachRow(features, rows, (row) => {
    for (let j = 0; j < size; j++) squares[j] = (squares[j] ?? 0) + ((row[j] ?? 0) - (means[j] ?? 0)) ** 2;
  });
  const scale = Float32Array.from(squares, (square) => {
    const deviation = Math.sqrt(square / rows.length);
    return deviation > SMALLEST_DEVIATION ? 1 / deviation : 0;
  });
  return { mean: Float32Array.from(means), scale };
}

/** A standardised copy of the given rows. */
export function standardiseRows(
  features: FeatureMatrix,
  rows: ArrayLike<number>,
  { mean, scale }: Standardisation,
): FeatureMatrix {
  const { taps, width } = features;
  const size = taps * width;
  const data = new Float32Array(rows.length * size);
  forEachRow(features, rows, (row, index) => {
    const start = index * size;
    for (let j = 0; j < size; j++) data[start + j] = ((row[j] ?? 0) - (mean[j] ?? 0)) * (scale[j] ?? 0);
  });
  return { rows: rows.length, taps, width, data };
}

function forEachRow(
  features: FeatureMatrix,
  rows: ArrayLike<number>,
  visit: (row: Float32Array, index: number) => void,
): void {
  const size = features.taps * features.width;
  for (let index = 0; index < rows.length; index++) {
    const start = (rows[index] ?? 0) * size;
    visit(features.data.subarray(start, start + size), index);
  }
}
