import type { Columns } from '../../contract/levi.ts';
import { resolveColumns } from './columns.ts';
import { detectFormat } from './detect-format.ts';
import { peekChunks, readChunks } from './read-chunks.ts';
import { readCsv } from './read-csv.ts';
import type { FileSource } from './file-source.ts';
import { readJsonl } from './read-jsonl.ts';
import { readParquet } from './read-parquet.ts';
import type { NumberedRecord } from './training-record.ts';

export interface ReadOptions {
  /** The request field that named the file; used in messages and as the error's `param`. */
  readonly file?: string | undefined;
  /** Tells the format where the content does not. */
  readonly filename?: string | undefined;
  /** Where text, label and fields stand; default `text` and `label`. */
  readonly columns?: Columns | undefined;
}

const HEAD_BYTES = 65_536;

const STREAM_READERS = { jsonl: readJsonl, csv: readCsv } as const;

/**
 * The records of a file, in JSONL, CSV/TSV or Parquet; the format is told from the content.
 * Reads as it is consumed and closes the stream when the consumer stops.
 * Throws `invalid_training_file` (file, line or row, column, remedy) at the first problem.
 */
export async function* readRecords(
  source: ReadableStream<Uint8Array> | FileSource,
  { file = 'training_file', filename, columns }: ReadOptions = {},
): AsyncGenerator<NumberedRecord> {
  const stream = readChunks('getReader' in source ? source : await source.open());
  try {
    const { head, chunks } = await peekChunks(stream, HEAD_BYTES);
    const options = { file, head, columns: resolveColumns(columns) };
    const format = detectFormat(head, file, filename);
    if (format === 'parquet') {
      await stream.return();
      yield* readParquet(requireSource(source), options);
    } else yield* STREAM_READERS[format](chunks, options);
  } finally {
    await stream.return();
  }
}

function requireSource(source: ReadableStream<Uint8Array> | FileSource): FileSource {
  if ('read' in source) return source;
  throw new Error('internal: this format is read from any place of the file, and a stream was given');
}
