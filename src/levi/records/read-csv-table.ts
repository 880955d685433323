import { addCsvLine, newCsvRecord } from './csv-record.ts';
import type { CsvDialect } from './csv-record.ts';
import { detectDialect } from './detect-dialect.ts';
import type { Chunks } from '../sources/read-chunks.ts';
import { readLines } from './read-lines.ts';
import { trainingFileError } from './training-file-error.ts';

export interface ReadTableOptions {
  readonly file: string;
  /** The file's first bytes, from which the dialect is told. */
  readonly head: Uint8Array;
  /** Columns that are expected, which help to tell the delimiter. */
  readonly expected: readonly string[];
  readonly maxLineBytes: number;
}

export interface TableRow {
  readonly line: number;
  /** As many as the header has. */
  readonly cells: readonly string[];
}

/** CSV or TSV, any of the delimiters `, ; tab |`; blank lines are skipped, one row is held at a time. The first row is the header. */
export async function* readCsvTable(chunks: Chunks, options: ReadTableOptions): AsyncGenerator<TableRow> {
  const { file, head, expected } = options;
  const dialect = detectDialect(new TextDecoder().decode(head), expected);
  let columns: number | null = null;
  for await (const row of readCsvRows(chunks, dialect, options)) {
    columns ??= row.cells.length;
    if (row.cells.length !== columns) throw uneven(row, columns, file);
    yield row;
  }
}

async function* readCsvRows(
  chunks: Chunks,
  dialect: CsvDialect,
  { file, maxLineBytes }: ReadTableOptions,
): AsyncGenerator<TableRow> {
  let record = newCsvRecord(1);
  for await (const { line, text } of readLines(chunks, file, maxLineBytes)) {
    if (record.open === null) {
      if (text.trim() === '') continue;
      record = newCsvRecord(line);
    }
    addCsvLine(record, text, dialect, { file, maxLineBytes });
    if (record.open === null) yield record;
  }
  if (record.open !== null)
    throw trainingFileError(
      { file, line: record.line },
      'a quoted cell of the row that begins here never ends. Close the quote, or write a quote inside it twice ("").',
    );
}

function uneven({ line, cells }: TableRow, columns: number, file: string): Error {
  return trainingFileError(
    { file, line },
    `has ${cells.length} cells where the header has ${columns}. Quote a text that holds the delimiter or a line break: "like, this".`,
  );
}
