import type { FileSource } from '../sources/file-source.ts';
import { decompressPage } from './decompress-page.ts';
import { ParquetError } from './parquet-error.ts';
import type { ColumnChunk } from './read-footer.ts';
import { readThrift } from './read-thrift.ts';
import type { ThriftStruct } from './read-thrift.ts';
import { structIn, wholeIn } from './thrift-fields.ts';
import { createWindow } from './window.ts';

export interface Page {
  readonly kind: 'dictionary' | 'data';
  /** Nulls included. */
  readonly values: number;
  readonly encoding: number;
  /** The levels' bytes where they stand apart (version 2); else they are in front of the values. */
  readonly levels: { readonly repetition: Uint8Array; readonly definition: Uint8Array } | null;
  /** Decompressed. */
  readonly bytes: Uint8Array;
}

const PAGE_TYPES = ['data', 'index', 'dictionary', 'data-v2'] as const;
const MAX_HEADER_BYTES = 64 * 1024;
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const RLE = 3;

/**
 * The pages of a column chunk, one after the other, until all its values were there; one page is held at a time. Every size is checked
 * before it is used. Throws ParquetError; what the source throws passes.
 */
export async function* readPages(
  source: FileSource,
  chunk: ColumnChunk,
  readAheadBytes: number,
): AsyncGenerator<Page, void, undefined> {
  const window = createWindow(source, chunk, readAheadBytes);
  for (let seen = 0; seen < chunk.values;) {
    const { value: header, end } = readThrift(await window.peek(MAX_HEADER_BYTES));
    window.skip(end);
    const compressedBytes = wholeIn(header, 3);
    const sizeBytes = wholeIn(header, 2);
    if (compressedBytes > window.left) throw new ParquetError('a page is said to be longer than its column');
    if (sizeBytes > MAX_PAGE_BYTES)
      throw new ParquetError(
        'it has a page of more than 64 MB: write smaller row groups (pandas: row_group_size=1000)',
      );
    const bytes = await window.take(compressedBytes);
    const page = toPage(header, bytes, { codec: chunk.codec, sizeBytes });
    if (page === null) continue;
    if (page.kind === 'data') seen += page.values;
    if (seen > chunk.values) throw new ParquetError('a column has more values than it says');
    yield page;
  }
}

interface Compression {
  readonly codec: number;
  readonly sizeBytes: number;
}

/** @returns null for a page that holds no values of the column */
function toPage(header: ThriftStruct, bytes: Uint8Array, { codec, sizeBytes }: Compression): Page | null {
  const type = PAGE_TYPES[wholeIn(header, 1)];
  switch (type) {
    case 'data': {
      const details = structIn(header, 5);
      if (wholeIn(details, 3) !== RLE || wholeIn(details, 4) !== RLE) assertPlainLevels(details);
      const page = { kind: 'data' as const, values: wholeIn(details, 1), encoding: wholeIn(details, 2), levels: null };
      return { ...page, bytes: decompressPage(bytes, codec, sizeBytes) };
    }
    case 'dictionary': {
      const details = structIn(header, 7);
      const page = { kind: type, values: wholeIn(details, 1), encoding: wholeIn(details, 2), levels: null };
      return { ...page, bytes: decompressPage(bytes, codec, sizeBytes) };
    }
    case 'data-v2':
      return toPageV2(structIn(header, 8), bytes, { codec, sizeBytes });
    case 'index':
      return null;
    case undefined:
      throw new ParquetError('it holds a page of an unknown kind');
    default:
      return type satisfies never;
  }
}

// Columns without levels name any encoding for them.
const PLAIN = 0;
const BIT_PACKED = 4;
function assertPlainLevels(details: ThriftStruct): void {
  for (const field of [3, 4]) {
    const encoding = wholeIn(details, field);
    if (encoding !== RLE && encoding !== PLAIN && encoding !== BIT_PACKED) throw new ParquetError('a page is damaged');
  }
}

function toPageV2(details: ThriftStruct, bytes: Uint8Array, { codec, sizeBytes }: Compression): Page {
  const definitionBytes = wholeIn(details, 5);
  const repetitionBytes = wholeIn(details, 6);
  const levelBytes = definitionBytes + repetitionBytes;
  if (levelBytes > bytes.length || levelBytes > sizeBytes) throw new ParquetError('a page is shorter than it says');
  const isCompressed = details.get(7) !== false;
  return {
    kind: 'data',
    values: wholeIn(details, 1),
    encoding: wholeIn(details, 4),
    levels: {
      repetition: bytes.subarray(0, repetitionBytes),
      definition: bytes.subarray(repetitionBytes, levelBytes),
    },
    bytes: decompressPage(bytes.subarray(levelBytes), isCompressed ? codec : 0, sizeBytes - levelBytes),
  };
}
