import { wantedColumns } from './columns.ts';
import type { ColumnNames } from './columns.ts';
import { lineLimit } from './line-limit.ts';
import type { Chunks } from '../sources/read-chunks.ts';
import { readCsvTable } from './read-csv-table.ts';
import { readRow } from './read-row.ts';
import { selectColumns } from './select-columns.ts';
import type { NumberedRecord } from './training-record.ts';

interface ReadCsvOptions {
  readonly file: string;
  readonly columns: ColumnNames;
  readonly head: Uint8Array;
}

interface Selected {
  readonly name: string;
  readonly index: number;
}

/** CSV or TSV with a header. */
export async function* readCsv(
  chunks: Chunks,
  { file, columns, head }: ReadCsvOptions,
): AsyncGenerator<NumberedRecord> {
  const options = { file, head, expected: wantedColumns(columns), maxLineBytes: lineLimit(head, columns) };
  let selected: readonly Selected[] | null = null;
  for await (const { line, cells } of readCsvTable(chunks, options)) {
    if (selected === null) {
      const names = cells.map((name) => name.trim());
      selected = selectColumns(names, columns, { file, line }).map((name) => ({ name, index: names.indexOf(name) }));
      continue;
    }
    const row = Object.fromEntries(selected.map(({ name, index }) => [name, cells[index]]));
    yield { line, record: readRow(row, columns, { file, line }) };
  }
}
