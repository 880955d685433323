import type { Columns } from '../../contract/levi.ts';
import { resolveColumns } from './columns.ts';
import { detectFormat } from './detect-format.ts';
import { peekChunks, readChunks } from './read-chunks.ts';
import { readCsv } from './read-csv.ts';
import { readJsonl } from './read-jsonl.ts';
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

const READERS = { jsonl: readJsonl, csv: readCsv } as const;

/**
 * The records of a JSONL or CSV/TSV stream; the format is told from the content.
 * Reads as it is consumed and closes the stream when the consumer stops.
 * Throws `invalid_training_file` (file, line, column, remedy) at the first problem.
 */
export async function* readRecords(
  stream: ReadableStream<Uint8Array>,
  { file = 'training_file', filename, columns }: ReadOptions = {},
): AsyncGenerator<NumberedRecord> {
  const source = readChunks(stream);
  try {
    const { head, chunks } = await peekChunks(source, HEAD_BYTES);
    const reader = READERS[detectFormat(head, file, filename)];
    yield* reader(chunks, { file, head, columns: resolveColumns(columns) });
  } finally {
    await source.return();
  }
}
