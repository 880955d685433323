import { OnnxFormatError } from './onnx-format-error.ts';
import { onnxDataType } from './types.ts';
import type { OnnxTensor } from './types.ts';

const bytesPerElement: Readonly<Record<number, number>> = {
  [onnxDataType.float32]: 4,
  [onnxDataType.uint8]: 1,
  [onnxDataType.int8]: 1,
  [onnxDataType.uint16]: 2,
  [onnxDataType.int16]: 2,
  [onnxDataType.int32]: 4,
  [onnxDataType.int64]: 8,
  [onnxDataType.bool]: 1,
  [onnxDataType.float16]: 2,
  [onnxDataType.float64]: 8,
  [onnxDataType.uint32]: 4,
  [onnxDataType.uint64]: 8,
  [onnxDataType.bfloat16]: 2,
};

/** Gives the bytes of a tensor that lies in another file. */
export type ReadExternalData = (location: string, offset: number, length: number) => Uint8Array;

/** Bytes a tensor takes; null for strings and packed sub-byte types. */
export function tensorByteLength(tensor: OnnxTensor): number | null {
  const width = bytesPerElement[tensor.dataType];
  return width === undefined ? null : width * tensor.dims.reduce((product, size) => product * size, 1);
}

/**
 * The little-endian bytes of a tensor, whichever field of the format holds them; a view where the file has them raw.
 *
 * @throws OnnxFormatError when the bytes do not fit the shape, or lie elsewhere and `readExternal` is not given.
 */
export function tensorBytes(tensor: OnnxTensor, readExternal?: ReadExternalData): Uint8Array {
  const bytes = locateBytes(tensor, readExternal);
  const expected = tensorByteLength(tensor);
  if (expected !== null && bytes.length !== expected) {
    const shape = `[${tensor.dims.join(', ')}]`;
    throw new OnnxFormatError(`tensor '${tensor.name}' ${shape} holds ${bytes.length} bytes, ${expected} expected`);
  }
  return bytes;
}

function locateBytes(tensor: OnnxTensor, readExternal: ReadExternalData | undefined): Uint8Array {
  if (tensor.dataLocation === 1) return externalBytes(tensor, readExternal);
  if (tensor.rawData !== undefined) return tensor.rawData;
  const { dataType } = tensor;
  if (dataType === onnxDataType.float32) return bytesOf(Float32Array.from(tensor.floatData));
  if (dataType === onnxDataType.float64) return bytesOf(Float64Array.from(tensor.doubleData));
  if (dataType === onnxDataType.int64) return bytesOf(BigInt64Array.from(tensor.int64Data));
  if (dataType === onnxDataType.uint64) return bytesOf(BigUint64Array.from(tensor.uint64Data));
  if (dataType === onnxDataType.uint32) return bytesOf(Uint32Array.from(tensor.uint64Data, Number));
  return narrowBytes(tensor);
}

// The format keeps every integer type up to 32 bits, and the bits of 16-bit floats, in int32_data.
function narrowBytes(tensor: OnnxTensor): Uint8Array {
  const width = bytesPerElement[tensor.dataType];
  if (width === 1) return bytesOf(Uint8Array.from(tensor.int32Data));
  if (width === 2) return bytesOf(Uint16Array.from(tensor.int32Data));
  if (width === 4) return bytesOf(Int32Array.from(tensor.int32Data));
  throw new OnnxFormatError(`tensor '${tensor.name}' has data type ${tensor.dataType}, which holds no plain numbers`);
}

function externalBytes(tensor: OnnxTensor, readExternal: ReadExternalData | undefined): Uint8Array {
  if (readExternal === undefined) {
    throw new OnnxFormatError(`tensor '${tensor.name}' lies in another file, which was not given`);
  }
  const entries = new Map(tensor.externalData.map(({ key, value }) => [key, value]));
  const length = entries.get('length') ?? String(tensorByteLength(tensor) ?? 0);
  return readExternal(entries.get('location') ?? '', Number(entries.get('offset') ?? 0), Number(length));
}

// Every machine this runs on is little-endian, as the format is.
function bytesOf(array: { readonly buffer: ArrayBuffer }): Uint8Array {
  return new Uint8Array(array.buffer);
}
