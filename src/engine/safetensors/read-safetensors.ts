import { sizeOf, tensor } from '../tensor.ts';
import type { Tensor } from '../tensor.ts';
import { elementTypes } from './element-types.ts';
import { SafetensorsFormatError } from './safetensors-format-error.ts';

export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

const METADATA = '__metadata__';
const lengthBytes = 8;

/**
 * Reads a safetensors file (https://github.com/huggingface/safetensors). Tensors are views of `bytes` where these lie aligned, and
 * copies elsewhere; F16 and BF16 are widened to float32.
 *
 * @throws SafetensorsFormatError when the file is cut short, contradicts itself, or has a type the engine does not read.
 */
export function readSafetensors(bytes: Uint8Array): SafetensorsFile {
  const { header, body } = splitFile(bytes);
  const entries = Object.entries(header);
  const described = entries.filter(([name]) => name !== METADATA);
  return {
    tensors: Object.fromEntries(described.map(([name, entry]) => [name, readTensor(name, entry, body)])),
    metadata: readMetadata(entries.find(([name]) => name === METADATA)?.[1]),
  };
}

function splitFile(bytes: Uint8Array): {
  readonly header: Readonly<Record<string, unknown>>;
  readonly body: Uint8Array;
} {
  if (bytes.length < lengthBytes) throw new SafetensorsFormatError('the file is too short for a header');
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - lengthBytes)) throw new SafetensorsFormatError('the header is cut short');
  const start = lengthBytes + Number(length);
  return { header: parseHeader(bytes.subarray(lengthBytes, start)), body: bytes.subarray(start) };
}

function parseHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch (cause) {
    throw new SafetensorsFormatError('the header is not JSON', { cause });
  }
  if (!isRecord(header)) throw new SafetensorsFormatError('the header is not an object');
  return header;
}

function readMetadata(metadata: unknown): Readonly<Record<string, string>> {
  if (metadata === undefined) return {};
  if (!isRecord(metadata)) throw new SafetensorsFormatError('the metadata are not an object');
  return Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => {
      if (typeof value !== 'string') throw new SafetensorsFormatError(`the metadata '${key}' are not a string`);
      return [key, value];
    }),
  );
}

function readTensor(name: string, entry: unknown, body: Uint8Array): Tensor {
  if (!isRecord(entry)) throw new SafetensorsFormatError(`'${name}' is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const type = typeof dtype === 'string' && Object.hasOwn(elementTypes, dtype) ? elementTypes[dtype] : undefined;
  if (type === undefined)
    throw new SafetensorsFormatError(`'${name}' has the type ${String(dtype)}, which is not read`);
  const dims = readSizes(shape);
  const [start, end, ...rest] = readSizes(offsets) ?? [];
  if (
    dims === null ||
    start === undefined ||
    end === undefined ||
    rest.length > 0 ||
    start > end ||
    end > body.length
  ) {
    throw new SafetensorsFormatError(`'${name}' does not lie within the file`);
  }
  if (end - start !== sizeOf(dims) * type.width) {
    throw new SafetensorsFormatError(`'${name}' [${dims.join(', ')}] cannot hold ${end - start} bytes`);
  }
  return tensor(type.read(alignedBytes(body.subarray(start, end), type.width)), dims);
}

/** The bytes themselves where a typed array of this width can lie over them, else a copy. */
function alignedBytes(bytes: Uint8Array, width: number): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  if (buffer instanceof ArrayBuffer && byteOffset % width === 0) return new Uint8Array(buffer, byteOffset, length);
  return new Uint8Array(bytes);
}

function readSizes(sizes: unknown): readonly number[] | null {
  if (!Array.isArray(sizes)) return null;
  const checked = sizes.filter((size): size is number => Number.isSafeInteger(size) && Number(size) >= 0);
  return checked.length === sizes.length ? checked : null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
