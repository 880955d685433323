import { createRandom, tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';
import type { FeatureMatrix } from '../feature-matrix.ts';
import { projectRow } from './projection.ts';
import type { ChosenRows, LearnedProjections, Projection } from './projection.ts';

/** Training rows that an input can be compared with: their projected features, coarsely, and how each is called. Never their texts. */
export interface Neighbours {
  /** Their ids where they have one, else `line:N` of the training file. */
  readonly ids: readonly string[];
  readonly projection: Projection;
  /** `[rows, taps * p]` in steps of a 127th of each row's largest number. */
  readonly vectors: Int8Array;
  /** Of each row's vector; 0 of one of zeros. */
  readonly inverseLengths: Float64Array;
}

export interface Neighbour {
  readonly id: string;
  /** Cosine of the projected features, -1 to 1. */
  readonly similarity: number;
}

/** Numbers that each layer becomes; with half as many, a third of the nearest ten would be others. */
const PROJECTED = 32;
export const neighbourWidth = (width: number): number => Math.min(PROJECTED, width);

export const NEIGHBOUR_CENTRE = 'neighbours.centre';
export const NEIGHBOUR_VECTORS = 'neighbours.vectors';
export const NEIGHBOUR_IDS = 'neighbours.ids';
const MAX_BYTES = 512 * 1024;
const STEPS = 127;

export interface NeighbourRows extends ChosenRows {
  readonly idOf: (row: number) => string;
  readonly seed: number;
}

/** As many rows as fit into 512 KB with their ids, drawn at random where they are more. */
export function gatherNeighbours(
  projections: LearnedProjections,
  { features, rows, layers, idOf, seed }: NeighbourRows,
): Neighbours {
  const projection = projections(PROJECTED);
  const size = projection.taps * projection.projected;
  const drawn: number[] = [];
  let bytes = 0;
  for (const index of createRandom(seed).permutation(rows.length)) {
    const row = rows[index] ?? 0;
    bytes += size + byteLength(idOf(row));
    if (bytes > MAX_BYTES) break;
    drawn.push(row);
  }
  drawn.sort((a, b) => a - b);
  const vectors = new Int8Array(drawn.length * size);
  const numbers = new Float64Array(size);
  for (const [index, row] of drawn.entries()) {
    projectRow(projection, { features, row, layers }, numbers);
    const largest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    for (let at = 0; at < size; at++) {
      vectors[index * size + at] = largest === 0 ? 0 : Math.round(((numbers[at] ?? 0) / largest) * STEPS);
    }
  }
  return { ids: drawn.map(idOf), projection, vectors, inverseLengths: invertLengths(vectors, size) };
}

const QUOTES_AND_COMMA = 3;
const byteLength = (id: string): number => new TextEncoder().encode(id).length + QUOTES_AND_COMMA;

/** The weights of the projection are the typicality's. Bytes travel four to an int32, the last padded: the engine's files know no bytes. */
export function neighbourTensors({ ids, projection, vectors }: Neighbours): Readonly<Record<string, Tensor>> {
  const names = new TextEncoder().encode(JSON.stringify(ids));
  return {
    [NEIGHBOUR_CENTRE]: tensor(projection.centre, [projection.taps, projection.projected]),
    [NEIGHBOUR_IDS]: pack(names, 0x20),
    [NEIGHBOUR_VECTORS]: pack(new Uint8Array(vectors.buffer), 0),
  };
}

function pack(bytes: Uint8Array, padding: number): Tensor {
  const padded = new Uint8Array(Math.ceil(bytes.length / 4) * 4).fill(padding);
  padded.set(bytes);
  return tensor(new Int32Array(padded.buffer));
}

function invertLengths(vectors: Int8Array, size: number): Float64Array {
  return Float64Array.from({ length: vectors.length / size }, (_, index) => {
    const square = vectors.subarray(index * size, (index + 1) * size).reduce((sum, value) => sum + value * value, 0);
    return square === 0 ? 0 : 1 / Math.sqrt(square);
  });
}

/** What is seldom asked for, and more of it than of the rest, is made at its first use. */
export function lazyNeighbours(
  known: Pick<Neighbours, 'projection' | 'vectors'>,
  readIds: () => readonly string[],
): Neighbours {
  let ids: readonly string[] | null = null;
  let inverseLengths: Float64Array | null = null;
  return {
    ...known,
    get ids() {
      return (ids ??= readIds());
    },
    get inverseLengths() {
      return (inverseLengths ??= invertLengths(known.vectors, known.projection.taps * known.projection.projected));
    },
  };
}

export interface NeighbourQuery {
  readonly features: FeatureMatrix;
  readonly layers: readonly number[];
  readonly count: number;
}

/** The `count` training rows nearest to each row, nearest first; of equals the earlier one. */
export function findNeighbours(neighbours: Neighbours, { features, layers, count }: NeighbourQuery): Neighbour[][] {
  const { ids, projection } = neighbours;
  const numbers = new Float64Array(projection.taps * projection.projected);
  return Array.from({ length: features.rows }, (_, row) => {
    projectRow(projection, { features, row, layers }, numbers);
    const similarities = cosines(numbers, neighbours);
    return largest(similarities, count).map((index) => ({
      id: ids[index] ?? '',
      similarity: similarities[index] ?? 0,
    }));
  });
}

function cosines(numbers: Float64Array, { vectors, inverseLengths }: Neighbours): Float64Array {
  const size = numbers.length;
  const length = Math.hypot(...numbers);
  return inverseLengths.map((inverse, index) => {
    let product = 0;
    const start = index * size;
    for (let at = 0; at < size; at++) product += (vectors[start + at] ?? 0) * (numbers[at] ?? 0);
    return length === 0 ? 0 : (product * inverse) / length;
  });
}

/** Positions of the largest values, by one look at each: sorting thousands for ten would take longer than comparing them. */
function largest(values: Float64Array, count: number): number[] {
  const found: number[] = [];
  for (const [index, value] of values.entries()) {
    if (found.length === count && value <= (values[found.at(-1) ?? 0] ?? 0)) continue;
    let place = found.length;
    while (place > 0 && value > (values[found[place - 1] ?? 0] ?? 0)) place -= 1;
    found.splice(place, 0, index);
    if (found.length > count) found.pop();
  }
  return found;
}
