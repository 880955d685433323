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

function forEachRow(features: FeatureMatrix, rows: ArrayLike<number>, visit: (row: Float32Array) => void): void {
  const size = features.taps * features.width;
  for (let index = 0; index < rows.length; index++) {
    const start = (rows[index] ?? 0) * size;
    visit(features.data.subarray(start, start + size));
  }
}

/** Standardised copy of the given rows with the layer first, `[taps, rows, width]`: the layout one batched matrix product reads. */
export function standardiseByLayer(
  features: FeatureMatrix,
  rows: ArrayLike<number>,
  { mean, scale }: Standardisation,
): Float32Array {
  const { taps, width } = features;
  const result = new Float32Array(taps * rows.length * width);
  for (let tap = 0; tap < taps; tap++) {
    for (let index = 0; index < rows.length; index++) {
      const from = ((rows[index] ?? 0) * taps + tap) * width;
      const to = (tap * rows.length + index) * width;
      for (let j = 0; j < width; j++) {
        const parameter = tap * width + j;
        result[to + j] = ((features.data[from + j] ?? 0) - (mean[parameter] ?? 0)) * (scale[parameter] ?? 0);
      }
    }
  }
  return result;
}
