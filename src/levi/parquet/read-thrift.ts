import { ParquetError } from './parquet-error.ts';

/** Values of Thrift's compact protocol, as Parquet uses them; structs by field number. */
export type ThriftValue = boolean | number | Uint8Array | readonly ThriftValue[] | ThriftStruct;
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

export interface ReadStruct {
  readonly value: ThriftStruct;
  /** Where the struct ends. */
  readonly end: number;
}

const MAX_DEPTH = 16;
const MAX_VARINT_BYTES = 10;

/**
 * Reads one struct in time and memory proportional to the bytes it has, whatever they are: every element takes at least a byte, depth and
 * the length of numbers are bounded. hyparquet's own reader is not (a number may go on for megabytes).
 * Throws ParquetError for anything else.
 */
export function readThrift(bytes: Uint8Array, start = 0): ReadStruct {
  const reader = new ThriftReader(bytes, start);
  const value = reader.struct(0);
  return { value, end: reader.at };
}

const TYPES = {
  TRUE: 1,
  FALSE: 2,
  BYTE: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  SET: 10,
  STRUCT: 12,
} as const;

class ThriftReader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw new ParquetError('its description is nested too deeply');
    const fields = new Map<number, ThriftValue>();
    let id = 0;
    for (;;) {
      const head = this.#byte();
      if (head === 0) return fields;
      const delta = head >> 4;
      id = delta === 0 ? this.#integer() : id + delta;
      fields.set(id, this.#element(head & 0x0f, depth, false));
    }
  }

  #element(type: number, depth: number, isListed: boolean): ThriftValue {
    switch (type) {
      case TYPES.TRUE:
      case TYPES.FALSE:
        // In a list each is a byte; in a struct the field's head says it.
        return (isListed ? this.#byte() : type) === TYPES.TRUE;
      case TYPES.BYTE:
        return this.#byte();
      case TYPES.I16:
      case TYPES.I32:
      case TYPES.I64:
        return this.#integer();
      case TYPES.DOUBLE: {
        const bytes = this.#take(8);
        return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
      }
      case TYPES.BINARY:
        return this.#take(this.#size());
      case TYPES.LIST:
      case TYPES.SET:
        return this.#list(depth);
      case TYPES.STRUCT:
        return this.struct(depth + 1);
      default:
        throw new ParquetError(`its description holds a value of the unknown type ${type}`);
    }
  }

  #list(depth: number): readonly ThriftValue[] {
    if (depth > MAX_DEPTH) throw new ParquetError('its description is nested too deeply');
    const head = this.#byte();
    const length = head >> 4 === 15 ? this.#size() : head >> 4;
    if (length > this.#bytes.length - this.at) throw cutOff();
    const values: ThriftValue[] = [];
    for (let index = 0; index < length; index += 1) values.push(this.#element(head & 0x0f, depth + 1, true));
    return values;
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw cutOff();
    this.at += 1;
    return byte;
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw cutOff();
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  #varint(): bigint {
    let value = 0n;
    for (let index = 0n; index < MAX_VARINT_BYTES; index += 1n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << (7n * index);
      if (byte < 0x80) return value;
    }
    throw new ParquetError('its description holds a number of more than 64 bits');
  }

  #integer(): number {
    const zigzag = this.#varint();
    const value = Number((zigzag >> 1n) ^ -(zigzag & 1n));
    // Histograms and hashes may be larger; nothing that is read here is.
    return Number.isSafeInteger(value) ? value : Number.NaN;
  }

  #size(): number {
    const size = Number(this.#varint());
    if (size > this.#bytes.length) throw cutOff();
    return size;
  }
}

const cutOff = (): ParquetError => new ParquetError('its description ends too early');
