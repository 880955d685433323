import type { DType, TensorData } from '../tensor.ts';

interface ElementType {
  readonly width: number;
  /** Over a copy of the bytes or over the bytes themselves, where they lie at a multiple of the width. */
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => TensorData;
}

/** Types of the format that the engine reads. Half floats are widened: the engine computes in float32. */
export const elementTypes: Readonly<Record<string, ElementType>> = {
  F32: { width: 4, read: ({ buffer, byteOffset, length }) => new Float32Array(buffer, byteOffset, length / 4) },
  I32: { width: 4, read: ({ buffer, byteOffset, length }) => new Int32Array(buffer, byteOffset, length / 4) },
  I64: { width: 8, read: ({ buffer, byteOffset, length }) => new BigInt64Array(buffer, byteOffset, length / 8) },
  I8: { width: 1, read: ({ buffer, byteOffset, length }) => new Int8Array(buffer, byteOffset, length) },
  BOOL: { width: 1, read: (bytes) => bytes },
  F16: { width: 2, read: (bytes) => Float32Array.from(halfWords(bytes), widenFloat16) },
  BF16: { width: 2, read: widenBfloat16 },
};

/** The format's name of each of the engine's types. */
export const elementTypeOf = {
  float32: 'F32',
  int32: 'I32',
  int64: 'I64',
  int8: 'I8',
  bool: 'BOOL',
} as const satisfies Record<DType, string>;

function halfWords({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Uint16Array {
  return new Uint16Array(buffer, byteOffset, length / 2);
}

function widenFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

// The upper half of a float32.
function widenBfloat16(bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const words = Uint32Array.from(halfWords(bytes), (bits) => bits << 16);
  return new Float32Array(words.buffer);
}
