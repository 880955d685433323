import { ParquetError } from './parquet-error.ts';

const MAX_VARINT_BYTES = 5;

/**
 * The first `count` values of Parquet's run-length and bit-packing hybrid. Bounded by `count` and by the bytes, whatever the runs say:
 * hyparquet's own decoder writes as many values as a run claims.
 * Throws ParquetError where there are fewer.
 */
export function decodeHybrid(bytes: Uint8Array, bitWidth: number, count: number): Uint32Array {
  const values = new Uint32Array(count);
  if (bitWidth === 0) return values;
  if (bitWidth > 32) throw new ParquetError(`a page packs its values in ${bitWidth} bits`);
  let at = 0;
  let filled = 0;
  while (filled < count) {
    const header = readVarint(bytes, at);
    at = header.end;
    const length = Math.floor(header.value / 2);
    if (header.value % 2 === 0) {
      const end = at + Math.ceil(bitWidth / 8);
      const until = Math.min(count, filled + length);
      values.fill(readLittleEndian(bytes, at, end), filled, until);
      filled = until;
      at = end;
    } else {
      const packed = Math.min(length * 8, count - filled);
      unpack(bytes.subarray(at), bitWidth, values.subarray(filled, filled + packed));
      filled += packed;
      at += length * bitWidth;
    }
  }
  return values;
}

function unpack(bytes: Uint8Array, bitWidth: number, into: Uint32Array): void {
  if (bytes.length * 8 < into.length * bitWidth) throw cutOff();
  let at = 0;
  let held = 0;
  // Up to 32 + 7 bits, which a number holds exactly, unlike a 32-bit shift.
  let bits = 0;
  const modulus = 2 ** bitWidth;
  for (let index = 0; index < into.length; index += 1) {
    while (held < bitWidth) {
      bits += (bytes[at] ?? 0) * 2 ** held;
      at += 1;
      held += 8;
    }
    const value = bits % modulus;
    into[index] = value;
    bits = (bits - value) / modulus;
    held -= bitWidth;
  }
}

function readLittleEndian(bytes: Uint8Array, start: number, end: number): number {
  if (end > bytes.length) throw cutOff();
  return bytes.subarray(start, end).reduceRight((value, byte) => value * 256 + byte, 0);
}

function readVarint(bytes: Uint8Array, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const byte = bytes[start + index];
    if (byte === undefined) throw cutOff();
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw new ParquetError('a page holds a run of impossible length');
}

const cutOff = (): ParquetError => new ParquetError('a page holds fewer values than it says');
