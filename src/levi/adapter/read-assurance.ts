import { z } from 'zod';
import { LevigateError } from '../../contract/errors.ts';
import type { Tensor } from '../../engine/index.ts';
import { CONFIDENCE, NONCONFORMITY, WRONG } from '../guarantees/outcomes.ts';
import {
  NEIGHBOUR_CENTRE,
  NEIGHBOUR_IDS,
  NEIGHBOUR_VECTORS,
  lazyNeighbours,
  neighbourWidth,
} from '../typicality/neighbours.ts';
import {
  PROJECTION_CENTRE,
  PROJECTION_WEIGHTS,
  REFERENCE,
  typicalityWidth,
  WHITENING,
} from '../typicality/typicality.ts';
import type { Projection } from '../typicality/projection.ts';
import type { AdapterTensors } from './adapter.ts';
import { areFinite } from './are-finite.ts';
import type { Assurance } from './assurance.ts';

const NAMES = [
  PROJECTION_WEIGHTS,
  PROJECTION_CENTRE,
  WHITENING,
  REFERENCE,
  NONCONFORMITY,
  CONFIDENCE,
  WRONG,
  NEIGHBOUR_CENTRE,
  NEIGHBOUR_IDS,
  NEIGHBOUR_VECTORS,
];

export interface AssuranceShape {
  /** K, the layers used. */
  readonly taps: number;
  /** d, features per layer. */
  readonly width: number;
}

/**
 * An adapter's assurance, trusting nothing: types, shapes, finite values, sorted lists, as many ids as rows. Null where it holds none of it, as
 * adapters of earlier releases do. Throws `adapter_invalid`.
 */
export function readAssurance(tensors: AdapterTensors, { taps, width }: AssuranceShape): Assurance | null {
  if (!NAMES.some((name) => tensors[name] !== undefined)) return null;
  const projected = typicalityWidth(width);
  const numbers = (name: string, dims?: readonly number[]): Float32Array => readNumbers(tensors, name, dims);
  const weights = numbers(PROJECTION_WEIGHTS, [taps, width]);
  const outcomes = {
    nonconformity: ascending(numbers(NONCONFORMITY), NONCONFORMITY),
    confidence: numbers(CONFIDENCE),
    wrong: readWholes(tensors, WRONG),
  };
  ascending(outcomes.confidence.toReversed(), CONFIDENCE);
  if (outcomes.wrong.length !== outcomes.confidence.length || outcomes.wrong.some((each) => each !== 0 && each !== 1))
    throw invalid(`has "${WRONG}" that does not say right or wrong of each of "${CONFIDENCE}"`);
  return {
    typicality: {
      projection: { taps, width, projected, weights, centre: numbers(PROJECTION_CENTRE, [taps, projected]) },
      whitening: numbers(WHITENING, [taps, projected, projected]),
      reference: ascending(numbers(REFERENCE), REFERENCE),
    },
    outcomes,
    neighbours: readNeighbours(tensors, { taps, width, weights }),
  };
}

function readNeighbours(
  tensors: AdapterTensors,
  known: Pick<Projection, 'taps' | 'width' | 'weights'>,
): Assurance['neighbours'] {
  const projected = neighbourWidth(known.width);
  const centre = readNumbers(tensors, NEIGHBOUR_CENTRE, [known.taps, projected]);
  const names = bytesOf(readWholes(tensors, NEIGHBOUR_IDS));
  const { length } = parseIds(names);
  const packed = bytesOf(readWholes(tensors, NEIGHBOUR_VECTORS));
  const bytes = length * known.taps * projected;
  if (packed.length !== Math.ceil(bytes / 4) * 4)
    throw invalid(`has ${packed.length} bytes in "${NEIGHBOUR_VECTORS}", expected those of ${length} rows`);
  const vectors = new Int8Array(packed.buffer, packed.byteOffset, bytes);
  return lazyNeighbours({ projection: { ...known, projected, centre }, vectors }, () => parseIds(names));
}

const Ids = z.array(z.string());

function parseIds(bytes: Uint8Array): readonly string[] {
  try {
    return Ids.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw invalid(`has "${NEIGHBOUR_IDS}" that is no list of names`, cause);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function ascending(values: Float32Array, name: string): Float32Array {
  if (values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0))) return values;
  throw invalid(`has "${name}" out of order`);
}

function readNumbers(tensors: AdapterTensors, name: string, dims?: readonly number[]): Float32Array {
  const { data } = requireTensor(tensors[name], name, dims);
  if (!(data instanceof Float32Array)) throw invalid(`has the tensor "${name}" in another type than float32`);
  if (!areFinite(data)) throw invalid(`has a value in "${name}" that is not a finite number`);
  return data;
}

function readWholes(tensors: AdapterTensors, name: string, dims?: readonly number[]): Int32Array {
  const { data } = requireTensor(tensors[name], name, dims);
  if (data instanceof Int32Array) return data;
  throw invalid(`has the tensor "${name}" in another type than int32`);
}

/** Without `dims`, a list of any length. */
function requireTensor(tensor: Tensor | undefined, name: string, dims?: readonly number[]): Tensor {
  if (tensor === undefined) throw invalid(`lacks the tensor "${name}"`);
  const expected = dims ?? [tensor.data.length];
  if (tensor.dims.length === expected.length && tensor.dims.every((size, axis) => size === expected[axis]))
    return tensor;
  throw invalid(
    `has the tensor "${name}" of shape [${tensor.dims.join(', ')}], expected ${dims ? `[${dims.join(', ')}]` : 'a list'}`,
  );
}

function invalid(problem: string, cause?: unknown): LevigateError {
  return new LevigateError('adapter_invalid', `The adapter ${problem}.`, { cause });
}
