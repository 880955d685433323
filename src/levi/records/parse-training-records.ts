import { parseRecord } from './parse-record.ts';
import { readLines } from './read-lines.ts';
import type { NumberedRecord } from './training-record.ts';

export interface ParseOptions {
  /** The request field that named the file; used in messages and as the error's `param`. */
  readonly file?: string;
}

/**
 * Records of a JSONL stream, one `{"text", "label", "fields"?}` or `{"messages": [...]}` per line; blank lines are skipped.
 * Reads as it is consumed and holds one line at a time.
 * Throws `invalid_training_file` (file, line, field, remedy) at the first problem.
 */
export async function* parseTrainingRecords(
  stream: ReadableStream<Uint8Array>,
  { file = 'training_file' }: ParseOptions = {},
): AsyncGenerator<NumberedRecord> {
  for await (const { line, text } of readLines(stream, file)) {
    if (text.trim() === '') continue;
    yield { line, record: parseRecord(text, { file, line }) };
  }
}
