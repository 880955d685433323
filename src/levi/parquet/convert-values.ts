import { parseFloat16 } from 'hyparquet/src/convert.js';
import { DAY_MS } from '../../contract/durations.ts';
import { ParquetError } from './parquet-error.ts';
import type { LeafNode } from './schema-node.ts';

/** What a cell of a row can be; text, dates and numbers in the spelling that JSONL would have. */
export type CellValue = string | number | boolean | Uint8Array;

const MAX_DECIMAL_BYTES = 32;
const PER_MS = { MILLIS: 1n, MICROS: 1_000n, NANOS: 1_000_000n } as const;

/** @returns how one value of a leaf becomes a cell; bytes without a meaning stay bytes. Throws ParquetError for values that cannot be. */
export function converterOf({ type, annotation }: LeafNode): (value: unknown) => CellValue {
  if (type === 'INT96') return (value) => timestamp(int96Nanos(toBigInt(value)) / PER_MS.NANOS, false);
  switch (annotation?.kind) {
    case 'string':
      return decodeText;
    case 'decimal':
      return (value) => Number(toUnscaled(value)) / 10 ** annotation.scale;
    case 'date':
      return (value) => isoTime(Number(value) * DAY_MS).slice(0, 10);
    case 'timestamp':
      return (value) => timestamp(toBigInt(value) / PER_MS[annotation.unit], annotation.isUtc);
    case 'unsigned':
      return (value) => toNumber(typeof value === 'bigint' ? BigInt.asUintN(64, value) : Number(value) >>> 0);
    case 'uuid':
      return (value) => toUuid(bytesIn(value));
    case 'float16':
      return (value) => parseFloat16(bytesIn(value)) ?? Number.NaN;
    case undefined:
      return toCell;
    default:
      return annotation satisfies never;
  }
}

function toCell(value: unknown): CellValue {
  if (typeof value === 'boolean' || value instanceof Uint8Array) return value;
  if (typeof value === 'bigint' || typeof value === 'number') return toNumber(value);
  throw new ParquetError('a page holds fewer values than it says');
}

/** A number that JavaScript cannot hold exactly keeps its digits as text: it is an id. */
function toNumber(value: bigint | number): number | string {
  const number = Number(value);
  return typeof value === 'bigint' && !Number.isSafeInteger(number) ? String(value) : number;
}

function decodeText(value: unknown): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytesIn(value));
  } catch (cause) {
    if (cause instanceof ParquetError) throw cause;
    throw new ParquetError('a text is not valid UTF-8', { cause });
  }
}

function bytesIn(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new ParquetError('a page holds fewer values than it says');
}

function toBigInt(value: unknown): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return BigInt(value);
  throw new ParquetError('a page holds fewer values than it says');
}

/** Big-endian two's complement where it stands in bytes. */
function toUnscaled(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return toBigInt(value);
  if (value.length > MAX_DECIMAL_BYTES) throw new ParquetError('a decimal number has more than 256 bits');
  const unsigned = value.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return BigInt.asIntN(Math.max(1, value.length * 8), unsigned);
}

const JULIAN_EPOCH_DAYS = 2_440_588n;
const DAY_NANOS = 86_400_000_000_000n;

/** Days since the Julian epoch in the upper 32 bits, nanoseconds of the day below. */
const int96Nanos = (value: bigint): bigint =>
  ((value >> 64n) - JULIAN_EPOCH_DAYS) * DAY_NANOS + BigInt.asUintN(64, value);

const timestamp = (ms: bigint, isUtc: boolean): string => {
  const iso = isoTime(Number(ms));
  return isUtc ? iso : iso.slice(0, -1);
};

function isoTime(ms: number): string {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) throw new ParquetError('a date lies outside of the calendar');
  return date.toISOString();
}

function toUuid(bytes: Uint8Array): string {
  const hex = [...bytes.subarray(0, 16)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/u, '$1-$2-$3-$4-$5');
}
