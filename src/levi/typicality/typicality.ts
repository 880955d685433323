import { createRandom, tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import { projectRow } from './projection.ts';
import type { ChosenRows, LearnedProjections, Projection } from './projection.ts';
import { whitenBy } from './whiten.ts';

/** What an adapter knows of the inputs it was trained on: how far each is from their middle, layer by layer. */
export interface Typicality {
  readonly projection: Projection;
  /** `[taps, p, p]`, lower triangles: a layer's squared Mahalanobis distance is |W z|^2. */
  readonly whitening: Float32Array;
  /** Distances of rows that were not learned from, ascending. */
  readonly reference: Float32Array;
}

/** Numbers that each layer becomes: as telling as 32, 64 or the 32 principal components on the sentences and tickets at hand, and the cheapest. */
const PROJECTED = 16;
export const typicalityWidth = (width: number): number => Math.min(PROJECTED, width);

export const PROJECTION_WEIGHTS = 'typicality.weights';
export const PROJECTION_CENTRE = 'typicality.centre';
export const WHITENING = 'typicality.whitening';
export const REFERENCE = 'typicality.reference';
/** More rows would make the percentiles finer than anyone reads them. */
const MAX_REFERENCE_ROWS = 1000;

export interface TypicalityRows {
  /** The rows that are learned from. */
  readonly train: ChosenRows;
  /** Rows like them that are not: 1,000 at most are used. */
  readonly held: ChosenRows;
}

export function learnTypicality(projections: LearnedProjections, { train, held }: TypicalityRows): Typicality {
  const projection = projections(PROJECTED);
  const whitening = Float32Array.from(whitenLayers(projection, train));
  // Drawn, as a file may be sorted.
  const drawn = createRandom(held.rows.length).permutation(held.rows.length).subarray(0, MAX_REFERENCE_ROWS);
  const rows = Array.from(drawn, (index) => held.rows[index] ?? 0);
  const reference = measureDistances({ projection, whitening }, { ...held, rows }).sort();
  return { projection, whitening, reference };
}

function whitenLayers(projection: Projection, { features, rows, layers }: ChosenRows): Float64Array {
  const { taps, projected: size } = projection;
  const covariances = new Float64Array(taps * size * size);
  const numbers = new Float64Array(taps * size);
  for (let index = 0; index < rows.length; index++) {
    projectRow(projection, { features, row: rows[index] ?? 0, layers }, numbers);
    let at = 0;
    for (let a = 0; a < taps * size; a++) {
      const first = a - (a % size);
      const share = (numbers[a] ?? 0) / rows.length;
      for (let b = first; b < first + size; b++) {
        covariances[at] = (covariances[at] ?? 0) + share * (numbers[b] ?? 0);
        at += 1;
      }
    }
  }
  for (let start = 0; start < covariances.length; start += size * size) {
    const covariance = covariances.subarray(start, start + size * size);
    covariance.set(whitenBy(covariance, size, rows.length));
  }
  return covariances;
}

export function typicalityTensors({ projection, whitening, reference }: Typicality): Readonly<Record<string, Tensor>> {
  const { taps, width, projected, weights, centre } = projection;
  return {
    [PROJECTION_WEIGHTS]: tensor(weights, [taps, width]),
    [PROJECTION_CENTRE]: tensor(centre, [taps, projected]),
    [WHITENING]: tensor(whitening, [taps, projected, projected]),
    [REFERENCE]: tensor(reference, [reference.length]),
  };
}

/** Each row's squared Mahalanobis distance per number, the mean over the layers: about 1 for rows like those of training. */
function measureDistances({ projection, whitening }: Omit<Typicality, 'reference'>, chosen: ChosenRows): Float32Array {
  const { features, rows, layers } = chosen;
  const numbers = new Float64Array(projection.taps * projection.projected);
  const distances = new Float32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    projectRow(projection, { features, row: rows[index] ?? 0, layers }, numbers);
    distances[index] = distanceOf(numbers, whitening, projection.projected);
  }
  return distances;
}

function distanceOf(numbers: Float64Array, whitening: Float32Array, size: number): number {
  let total = 0;
  let at = 0;
  for (let start = 0; start < numbers.length; start += size) {
    for (let row = 0; row < size; row++) {
      let value = 0;
      for (let column = 0; column <= row; column++) {
        value += (whitening[at + column] ?? 0) * (numbers[start + column] ?? 0);
      }
      at += size;
      total += value * value;
    }
  }
  return total / numbers.length;
}

/**
 * Where each row stands among rows that were held out: 0.99 is more atypical than 99 % of them. For rows like those it is uniform, and never 0 or 1.
 * @param layers positions among the matrix's taps
 */
export function shiftScores(typicality: Typicality, features: FeatureMatrix, layers: readonly number[]): Float32Array {
  const rows = Array.from({ length: features.rows }, (_, row) => row);
  const scores = measureDistances(typicality, { features, rows, layers });
  for (let row = 0; row < scores.length; row++) scores[row] = percentileOf(scores[row] ?? 0, typicality.reference);
  return scores;
}

/** The middle of the ranks that a value could have among `n` sorted ones and itself, over n + 1. */
function percentileOf(value: number, sorted: Float32Array): number {
  const below = countBelow(sorted, (each) => each < value);
  const upTo = countBelow(sorted, (each) => each <= value);
  return (below + upTo + 1) / 2 / (sorted.length + 1);
}

/** How many of the first values hold the condition, which none does after the first that does not. */
function countBelow(sorted: Float32Array, holds: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
