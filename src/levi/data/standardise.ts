import type { FeatureMatrix } from '../feature-matrix.ts';

/** Per tap and feature, `[taps, width]`: x becomes (x - mean) * scale. */
export interface Standardisation {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

// Below this a feature is constant but for rounding, and dividing by it would make noise of it.
export const SMALLEST_DEVIATION = 1e-6;

/** Standardises the rows that are learned from, in place, and gives the statistics by which all others must be. */
export function standardiseInPlace(features: FeatureMatrix): Standardisation {
  const standardisation = learnStandardisation(features);
  const { mean, scale } = standardisation;
  const { data } = features;
  const size = mean.length;
  for (let row = 0; row < features.rows; row++) {
    const from = row * size;
    for (let j = 0; j < size; j++) data[from + j] = ((data[from + j] ?? 0) - (mean[j] ?? 0)) * (scale[j] ?? 0);
  }
  return standardisation;
}

// Plain loops: with a function called for each number they take four times as long.
function learnStandardisation({ rows, taps, width, data }: FeatureMatrix): Standardisation {
  const size = taps * width;
  const means = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    for (let j = 0; j < size; j++) means[j] = (means[j] ?? 0) + (data[from + j] ?? 0);
  }
  for (let j = 0; j < size; j++) means[j] = (means[j] ?? 0) / rows;
  for (let row = 0; row < rows; row++) {
    const from = row * size;
    for (let j = 0; j < size; j++) squares[j] = (squares[j] ?? 0) + ((data[from + j] ?? 0) - (means[j] ?? 0)) ** 2;
  }
  const scale = Float32Array.from(squares, (square) => {
    const deviation = Math.sqrt(square / rows);
    return deviation > SMALLEST_DEVIATION ? 1 / deviation : 0;
  });
  return { mean: Float32Array.from(means), scale };
}
