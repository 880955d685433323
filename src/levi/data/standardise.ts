import type { FeatureMatrix } from '../feature-matrix.ts';

/** Per tap and feature, `[taps, width]`: x becomes (x - mean) * scale. */
export interface Standardisation {
  readonly mean: Float32Array;
  readonly scale: Float32Array;
}

// Below this a feature is constant but for rounding, and dividing by it would make noise of it.
const SMALLEST_DEVIATION = 1e-6;

/** Standardises the rows that are learned from, in place, and gives the statistics by which all others must be. */
export function standardiseInPlace(features: FeatureMatrix): Standardisation {
  const standardisation = learnStandardisation(features);
  const { mean, scale } = standardisation;
  forEachNumber(features, (value, j, index) => {
    features.data[index] = (value - (mean[j] ?? 0)) * (scale[j] ?? 0);
  });
  return standardisation;
}

function learnStandardisation(features: FeatureMatrix): Standardisation {
  const size = features.taps * features.width;
  const sums = new Float64Array(size);
  const squares = new Float64Array(size);
  forEachNumber(features, (value, j) => {
    sums[j] = (sums[j] ?? 0) + value;
  });
  const means = sums.map((sum) => sum / features.rows);
  forEachNumber(features, (value, j) => {
    squares[j] = (squares[j] ?? 0) + (value - (means[j] ?? 0)) ** 2;
  });
  const scale = Float32Array.from(squares, (square) => {
    const deviation = Math.sqrt(square / features.rows);
    return deviation > SMALLEST_DEVIATION ? 1 / deviation : 0;
  });
  return { mean: Float32Array.from(means), scale };
}

/** `j`: position within a row; `index`: within the whole matrix. */
function forEachNumber(features: FeatureMatrix, visit: (value: number, j: number, index: number) => void): void {
  const size = features.taps * features.width;
  for (let row = 0; row < features.rows; row++) {
    for (let j = 0; j < size; j++) visit(features.data[row * size + j] ?? 0, j, row * size + j);
  }
}
