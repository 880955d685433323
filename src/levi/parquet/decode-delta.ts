import type { ByteCursor } from './byte-cursor.ts';
import { ParquetError } from './parquet-error.ts';

const MAX_BLOCK = 2 ** 20;
const MAX_VARINT_BYTES = 10;

/**
 * The `count` numbers in DELTA_BINARY_PACKED at the cursor, which it leaves behind them: a first value, then blocks of differences, each
 * with its smallest and, packed, what is above it. Throws ParquetError. hyparquet's decoder goes back and never ends where the number of
 * miniblocks is damaged, and loses the highest bit of DuckDB's unsigned numbers.
 */
export function decodeDelta(cursor: ByteCursor, count: number): BigInt64Array {
  const blockSize = Number(readVarint(cursor));
  const miniblocks = Number(readVarint(cursor));
  const total = Number(readVarint(cursor));
  let value = readZigzag(cursor);
  const perMiniblock = blockSize / miniblocks;
  if (
    blockSize > MAX_BLOCK ||
    !Number.isInteger(perMiniblock) ||
    perMiniblock === 0 ||
    perMiniblock % 32 !== 0 ||
    total !== count
  )
    throw damaged();
  const values = new BigInt64Array(count);
  if (count > 0) values[0] = value;
  for (let filled = 1; filled < count;) {
    const smallest = readZigzag(cursor);
    for (const width of cursor.take(miniblocks)) {
      // What is behind the last value is not written.
      if (filled >= count) break;
      if (width > 64) throw damaged();
      const packed = cursor.take((perMiniblock * width) / 8);
      const length = Math.min(perMiniblock, count - filled);
      for (const above of unpack(packed, width, length)) {
        value = BigInt.asIntN(64, value + smallest + above);
        values[filled] = value;
        filled += 1;
      }
    }
  }
  return values;
}

function* unpack(bytes: Uint8Array, width: number, count: number): Generator<bigint> {
  const mask = (1n << BigInt(width)) - 1n;
  let bits = 0n;
  let held = 0;
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    for (; held < width; held += 8) {
      bits |= BigInt(bytes[at] ?? 0) << BigInt(held);
      at += 1;
    }
    yield bits & mask;
    bits >>= BigInt(width);
    held -= width;
  }
}

function readVarint(cursor: ByteCursor): bigint {
  let value = 0n;
  for (let index = 0; index < MAX_VARINT_BYTES; index += 1) {
    const [byte = 0] = cursor.take(1);
    value |= BigInt(byte & 0x7f) << BigInt(7 * index);
    if (byte < 0x80) return value;
  }
  throw damaged();
}

function readZigzag(cursor: ByteCursor): bigint {
  const zigzag = readVarint(cursor);
  return (zigzag >> 1n) ^ -(zigzag & 1n);
}

const damaged = (): ParquetError => new ParquetError('a page of numbers is damaged');
