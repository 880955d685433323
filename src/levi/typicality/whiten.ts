/** How few rows' covariances are read: Oracle Approximating Shrinkage towards a multiple of the identity (Chen et al. 2010). */
function shrinkage(covariance: Float64Array, size: number, rows: number): { share: number; target: number } {
  let trace = 0;
  let squares = 0;
  for (let index = 0; index < size; index++) trace += covariance[index * size + index] ?? 0;
  for (const value of covariance) squares += value * value;
  const excess = squares - (trace * trace) / size;
  const above = (1 - 2 / size) * squares + trace * trace;
  const below = (rows + 1 - 2 / size) * excess;
  return { share: below > 0 ? Math.min(1, above / below) : 1, target: trace / size };
}

/**
 * The lower triangle W, `[size, size]`, for which |W x|^2 is the squared Mahalanobis distance of x under the covariance of `rows` rows, shrunk.
 * Zeros where nothing varies.
 */
export function whitenBy(covariance: Float64Array, size: number, rows: number): Float64Array {
  const { share, target } = shrinkage(covariance, size, rows);
  if (!(target > 0)) return new Float64Array(size * size);
  const shrunk = covariance.map(
    (value, index) => (1 - share) * value + (index % (size + 1) === 0 ? share * target : 0),
  );
  return invertTriangle(factorise(shrunk, size), size);
}

/** Cholesky: the lower triangle L with L L^T = matrix. */
function factorise(matrix: Float64Array, size: number): Float64Array {
  const lower = new Float64Array(size * size);
  const at = (row: number, column: number): number => lower[row * size + column] ?? 0;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let rest = matrix[row * size + column] ?? 0;
      for (let k = 0; k < column; k++) rest -= at(row, k) * at(column, k);
      // Shrinking keeps it positive; rounding must not make it less.
      lower[row * size + column] = row === column ? Math.sqrt(Math.max(rest, 1e-12)) : rest / at(column, column);
    }
  }
  return lower;
}

function invertTriangle(lower: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let column = 0; column < size; column++) {
    for (let row = column; row < size; row++) {
      let rest = row === column ? 1 : 0;
      for (let k = column; k < row; k++) rest -= (lower[row * size + k] ?? 0) * (inverse[k * size + column] ?? 0);
      inverse[row * size + column] = rest / (lower[row * size + row] ?? 1);
    }
  }
  return inverse;
}
