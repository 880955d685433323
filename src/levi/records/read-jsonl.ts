import type { ColumnNames } from './columns.ts';
import { lineLimit } from './line-limit.ts';
import type { Chunks } from '../sources/read-chunks.ts';
import { readLines } from './read-lines.ts';
import { isChat, readChat } from './read-chat.ts';
import { readRow } from './read-row.ts';
import { isRow } from './row.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { NumberedRecord, TrainingRecord } from './training-record.ts';

const EXAMPLE = '{"text": "My invoice is wrong", "label": "billing"}';

/** One `{"text", "label", "fields"?}` or `{"messages": [...]}` per line; blank lines are skipped, one line is held at a time. */
export async function* readJsonl(
  chunks: Chunks,
  { file, columns, head }: { readonly file: string; readonly columns: ColumnNames; readonly head: Uint8Array },
): AsyncGenerator<NumberedRecord> {
  for await (const { line, row } of readJsonRows(chunks, { file, maxLineBytes: lineLimit(head, columns) }))
    yield { line, record: toRecord(row, columns, { file, line }) };
}

/** One JSON object per line. */
export async function* readJsonRows(
  chunks: Chunks,
  { file, maxLineBytes }: { readonly file: string; readonly maxLineBytes: number },
): AsyncGenerator<{ readonly line: number; readonly row: Row }> {
  for await (const { line, text } of readLines(chunks, file, maxLineBytes)) {
    if (text.trim() !== '') yield { line, row: parseObject(text, { file, line }) };
  }
}

/** A row with `messages` is a chat unless the request named other columns. */
export const toRecord = (row: Row, columns: ColumnNames, place: FilePlace): TrainingRecord =>
  isChat(row, columns) ? readChat(row, columns, place) : readRow(row, columns, place);

function parseObject(json: string, place: FilePlace): Row {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'unreadable';
    throw trainingFileError(
      place,
      `is not JSON (${reason}). Every line must be one JSON object such as ${EXAMPLE}; a last line like this can mean that the file was cut off.`,
      cause,
    );
  }
  if (isRow(value)) return value;
  throw trainingFileError(place, `is JSON but not an object. Every line must look like ${EXAMPLE}.`);
}
