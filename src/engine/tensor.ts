import { GraphError } from './graph-error.ts';

export type TensorData = Float32Array | Int32Array | BigInt64Array | Int8Array | Uint8Array;

export type DType = 'float32' | 'int32' | 'int64' | 'int8' | 'bool';

/** Dense, row-major. `bool` lies in a Uint8Array of zeros and ones. */
export interface Tensor {
  readonly dtype: DType;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** A tensor over `data`, not copied; without `dims` a vector. @throws GraphError when the sizes differ. */
export function tensor(data: TensorData, dims: readonly number[] = [data.length]): Tensor {
  const size = sizeOf(dims);
  if (size !== data.length) {
    throw new GraphError(`[${dims.join(', ')}] holds ${size} elements, but ${data.length} were given`);
  }
  return { dtype: dtypeOf(data), dims, data };
}

export function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** The data of a float32 tensor. @throws GraphError when it has another type. */
export function float32Data({ dtype, data }: Tensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new GraphError(`expected float32 numbers, got ${dtype}`);
}

function dtypeOf(data: TensorData): DType {
  if (data instanceof Float32Array) return 'float32';
  if (data instanceof Int32Array) return 'int32';
  if (data instanceof BigInt64Array) return 'int64';
  if (data instanceof Int8Array) return 'int8';
  return 'bool';
}
