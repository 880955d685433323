import { byteStreamSplit } from 'hyparquet/src/encoding.js';
import { readPlain } from 'hyparquet/src/plain.js';
import { ByteCursor } from './byte-cursor.ts';
import { converterOf } from './convert-values.ts';
import type { CellValue } from './convert-values.ts';
import { decodeDelta } from './decode-delta.ts';
import { decodeHybrid } from './decode-hybrid.ts';
import { ParquetError } from './parquet-error.ts';
import type { Page } from './read-pages.ts';
import type { LeafNode } from './schema-node.ts';

export interface DecodedPage {
  /** Null where the leaf has no such level. */
  readonly repetition: Uint32Array | null;
  readonly definition: Uint32Array | null;
  /** Those that are not null. */
  readonly values: readonly CellValue[];
}

// A page of nothing but nulls has next to no bytes.
const MAX_PAGE_VALUES = 4 * 1024 * 1024;

/** Throws ParquetError, also for what hyparquet's decoders throw at damaged values. */
export function decodePage(page: Page, leaf: LeafNode, dictionary: readonly CellValue[] | null): DecodedPage {
  if (page.values > MAX_PAGE_VALUES) throw new ParquetError('it has a page of more than 4 million values');
  const cursor = new ByteCursor(page.bytes);
  const repetition = readLevels(page, cursor, leaf.repetitionLevel, page.levels?.repetition);
  const definition = readLevels(page, cursor, leaf.definitionLevel, page.levels?.definition);
  const count =
    definition === null
      ? page.values
      : definition.reduce((sum, level) => sum + Number(level === leaf.definitionLevel), 0);
  return { repetition, definition, values: decodeValues(cursor, page.encoding, { leaf, count, dictionary }) };
}

/** The different values that a column's pages then name by their number. */
export function decodeDictionary(page: Page, leaf: LeafNode): readonly CellValue[] {
  // PLAIN, or PLAIN_DICTIONARY of older writers, which means the same here.
  if (page.values > page.bytes.length * 8) throw new ParquetError('a page holds fewer values than it says');
  return decodeValues(new ByteCursor(page.bytes), ENCODINGS.PLAIN, { leaf, count: page.values, dictionary: null });
}

function readLevels(page: Page, cursor: ByteCursor, max: number, apart: Uint8Array | undefined): Uint32Array | null {
  if (max === 0) return null;
  const bytes = apart ?? cursor.take(cursor.takeUint32());
  return decodeHybrid(bytes, 32 - Math.clz32(max), page.values);
}

const ENCODINGS = {
  PLAIN: 0,
  PLAIN_DICTIONARY: 2,
  RLE: 3,
  DELTA_BINARY_PACKED: 5,
  DELTA_LENGTH_BYTE_ARRAY: 6,
  DELTA_BYTE_ARRAY: 7,
  RLE_DICTIONARY: 8,
  BYTE_STREAM_SPLIT: 9,
} as const;

interface Decoding {
  readonly leaf: LeafNode;
  readonly count: number;
  readonly dictionary: readonly CellValue[] | null;
}

function decodeValues(cursor: ByteCursor, encoding: number, decoding: Decoding): readonly CellValue[] {
  const { leaf, count, dictionary } = decoding;
  if (encoding === ENCODINGS.RLE_DICTIONARY || encoding === ENCODINGS.PLAIN_DICTIONARY)
    return lookUp(cursor, count, dictionary);
  try {
    return Array.from(decodePhysical(cursor, encoding, decoding), converterOf(leaf));
  } catch (cause) {
    if (cause instanceof ParquetError) throw cause;
    throw new ParquetError('a page holds values that cannot be read', { cause });
  }
}

function lookUp(cursor: ByteCursor, count: number, dictionary: readonly CellValue[] | null): readonly CellValue[] {
  if (count === 0) return [];
  const [bitWidth = 0] = cursor.take(1);
  return Array.from(decodeHybrid(cursor.take(cursor.left), bitWidth, count), (index) => {
    const value = dictionary?.[index];
    if (value === undefined) throw new ParquetError('a page names a value that its dictionary does not hold');
    return value;
  });
}

function decodePhysical(cursor: ByteCursor, encoding: number, { leaf, count }: Decoding): ArrayLike<unknown> {
  const { type, typeLength } = leaf;
  switch (encoding) {
    case ENCODINGS.PLAIN:
      return readPlain({ view: cursor.view, offset: cursor.offset }, type, count, typeLength);
    case ENCODINGS.RLE:
      return Array.from(decodeHybrid(cursor.take(cursor.takeUint32()), 1, count), (bit) => bit === 1);
    case ENCODINGS.DELTA_BINARY_PACKED:
      return type === 'INT32' ? toInt32(decodeDelta(cursor, count)) : decodeDelta(cursor, count);
    case ENCODINGS.DELTA_LENGTH_BYTE_ARRAY:
      return Array.from(decodeDelta(cursor, count), (length) => cursor.take(Number(length)));
    case ENCODINGS.DELTA_BYTE_ARRAY:
      return decodePrefixed(cursor, count);
    case ENCODINGS.BYTE_STREAM_SPLIT:
      if (count > cursor.left) throw new ParquetError('a page is shorter than it says');
      return byteStreamSplit({ view: cursor.view, offset: cursor.offset }, count, type, typeLength);
    default:
      throw new ParquetError(
        `it uses the encoding ${encoding}, which is not read: write it with the defaults of pandas, Polars or DuckDB`,
      );
  }
}

const toInt32 = (values: BigInt64Array): Int32Array =>
  Int32Array.from(values, (value) => Number(BigInt.asIntN(32, value)));

const MAX_PREFIXED_BYTES = 64 * 1024 * 1024;

/** Each value shares its beginning with the one before it. */
function decodePrefixed(cursor: ByteCursor, count: number): readonly Uint8Array[] {
  const prefixes = Array.from(decodeDelta(cursor, count), Number);
  const suffixes = Array.from(decodeDelta(cursor, count), Number);
  let previous = new Uint8Array(0);
  let total = 0;
  return prefixes.map((prefix, index) => {
    const suffix = cursor.take(suffixes[index] ?? 0);
    total += prefix + suffix.length;
    if (prefix < 0 || prefix > previous.length || total > MAX_PREFIXED_BYTES)
      throw new ParquetError('a page of texts is damaged');
    const value = new Uint8Array(prefix + suffix.length);
    value.set(previous.subarray(0, prefix));
    value.set(suffix, prefix);
    previous = value;
    return value;
  });
}
