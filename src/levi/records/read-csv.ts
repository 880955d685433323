import { columnsRemedy, wantedColumns } from './columns.ts';
import type { ColumnNames } from './columns.ts';
import { addCsvLine, newCsvRecord } from './csv-record.ts';
import type { CsvDialect } from './csv-record.ts';
import { detectDialect } from './detect-dialect.ts';
import type { Chunks } from './read-chunks.ts';
import { readLines } from './read-lines.ts';
import { readRow } from './read-row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { NumberedRecord } from './training-record.ts';

interface ReadCsvOptions {
  readonly file: string;
  readonly columns: ColumnNames;
  /** The file's first bytes, from which the dialect is told. */
  readonly head: Uint8Array;
}

/** CSV or TSV with a header, any of the delimiters `, ; tab |`; blank lines are skipped, one row is held at a time. */
export async function* readCsv(
  chunks: Chunks,
  { file, columns, head }: ReadCsvOptions,
): AsyncGenerator<NumberedRecord> {
  const dialect = detectDialect(new TextDecoder().decode(head), wantedColumns(columns));
  let header: CsvHeader | null = null;
  for await (const { line, cells } of readCsvRows(chunks, dialect, file)) {
    if (header === null) {
      header = readHeader(cells, columns, { file, line });
      continue;
    }
    if (cells.length !== header.length) throw uneven(cells, header, { file, line });
    const row = Object.fromEntries(header.wanted.map(({ name, index }) => [name, cells[index]]));
    yield { line, record: readRow(row, columns, { file, line }) };
  }
}

interface CsvRow {
  readonly line: number;
  readonly cells: readonly string[];
}

async function* readCsvRows(chunks: Chunks, dialect: CsvDialect, file: string): AsyncGenerator<CsvRow> {
  let record = newCsvRecord(1);
  for await (const { line, text } of readLines(chunks, file)) {
    if (record.open === null) {
      if (text.trim() === '') continue;
      record = newCsvRecord(line);
    }
    addCsvLine(record, text, dialect, file);
    if (record.open === null) yield record;
  }
  if (record.open !== null)
    throw trainingFileError(
      { file, line: record.line },
      'a quoted cell of the row that begins here never ends. Close the quote, or write a quote inside it twice ("").',
    );
}

interface CsvHeader {
  readonly length: number;
  readonly wanted: readonly { readonly name: string; readonly index: number }[];
}

function readHeader(
  cells: readonly string[],
  columns: ColumnNames,
  place: { readonly file: string; readonly line: number },
): CsvHeader {
  const names = cells.map((name) => name.trim());
  const wanted = wantedColumns(columns).map((name) => {
    const index = names.indexOf(name);
    if (index === -1) {
      const problem = `the header has no column "${name}". The first row must name the columns. ${columnsRemedy(names)}`;
      throw trainingFileError({ ...place, field: name }, problem);
    }
    if (names.includes(name, index + 1))
      throw trainingFileError({ ...place, field: name }, 'is there twice in the header. Rename one of the two.');
    return { name, index };
  });
  return { length: cells.length, wanted };
}

function uneven(
  cells: readonly string[],
  header: CsvHeader,
  place: { readonly file: string; readonly line: number },
): Error {
  return trainingFileError(
    place,
    `has ${cells.length} cells where the header has ${header.length}. Quote a text that holds the delimiter or a line break: "like, this".`,
  );
}
