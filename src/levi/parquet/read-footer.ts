import type { FileSource } from '../sources/file-source.ts';
import { ParquetError } from './parquet-error.ts';
import { readSchema } from './read-schema.ts';
import { readThrift } from './read-thrift.ts';
import type { ThriftStruct } from './read-thrift.ts';
import type { SchemaNode } from './schema-node.ts';
import { structIn, structsIn, textsIn, wholeIn } from './thrift-fields.ts';

export interface ColumnChunk {
  readonly codec: number;
  /** Nulls included. */
  readonly values: number;
  /** Where its pages stand in the file. */
  readonly start: number;
  readonly end: number;
}

export interface RowGroup {
  readonly rows: number;
  /** By `chunkKey` of the leaf's path. */
  readonly chunks: ReadonlyMap<string, ColumnChunk>;
}

export interface ParquetFooter {
  readonly rows: number;
  readonly columns: readonly SchemaNode[];
  readonly groups: readonly RowGroup[];
}

export const chunkKey = (path: readonly string[]): string => path.join('\u0000');

const MAGIC = 'PAR1';
const ENCRYPTED_MAGIC = 'PARE';
/** Length and magic. */
const TAIL_BYTES = 8;
const MAX_FOOTER_BYTES = 16 * 1024 * 1024;

/**
 * What a file holds and where, every number checked against the file's length.
 * Throws ParquetError; what the source throws passes.
 */
export async function readFooter(source: FileSource): Promise<ParquetFooter> {
  const { sizeBytes } = source;
  if (sizeBytes < MAGIC.length + TAIL_BYTES) throw new ParquetError('it is too short');
  const tail = await source.read(sizeBytes - TAIL_BYTES, TAIL_BYTES);
  const magic = String.fromCharCode(...tail.subarray(4));
  if (magic === ENCRYPTED_MAGIC) throw new ParquetError('it is encrypted: write it without encryption');
  if (magic !== MAGIC) throw new ParquetError('its end is missing, as of an upload or a writer that broke off');
  const length = new DataView(tail.buffer, tail.byteOffset).getUint32(0, true);
  if (length > sizeBytes - TAIL_BYTES - MAGIC.length)
    throw new ParquetError('its description is said to be longer than the file');
  if (length > MAX_FOOTER_BYTES)
    throw new ParquetError('its description is longer than 16 MB: write larger row groups');
  const start = sizeBytes - TAIL_BYTES - length;
  return toFooter(readThrift(await source.read(start, length)).value, start);
}

function toFooter(metadata: ThriftStruct, dataEnd: number): ParquetFooter {
  if (metadata.has(8)) throw new ParquetError('it is encrypted: write it without encryption');
  const groups = structsIn(metadata, 4).map((group) => toGroup(group, dataEnd));
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  if (rows !== wholeIn(metadata, 3)) throw new ParquetError('its row groups do not add up to its rows');
  return { rows, columns: readSchema(structsIn(metadata, 2)), groups };
}

function toGroup(group: ThriftStruct, dataEnd: number): RowGroup {
  const chunks = new Map(structsIn(group, 1).map((column) => toChunk(column, dataEnd)));
  return { rows: wholeIn(group, 3), chunks };
}

function toChunk(column: ThriftStruct, dataEnd: number): readonly [string, ColumnChunk] {
  if (column.has(1)) throw new ParquetError('its columns stand in other files');
  if (column.has(8)) throw new ParquetError('it is encrypted: write it without encryption');
  const metadata = structIn(column, 3);
  const dataStart = wholeIn(metadata, 9);
  const dictionaryStart = metadata.has(11) ? wholeIn(metadata, 11) : 0;
  // Some writers give 0, or nothing, where the first page is the dictionary.
  const start = dictionaryStart > 0 ? Math.min(dictionaryStart, dataStart) : dataStart;
  const end = start + wholeIn(metadata, 7);
  if (start < MAGIC.length || end > dataEnd) throw new ParquetError('a column is said to lie outside the file');
  const chunk = { codec: wholeIn(metadata, 4), values: wholeIn(metadata, 5), start, end };
  return [chunkKey(textsIn(metadata, 3)), chunk];
}
