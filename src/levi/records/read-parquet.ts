import { LIMITS } from '../../contract/limits.ts';
import { shapeOf } from '../parquet/column-shape.ts';
import type { Cell } from '../parquet/column-shape.ts';
import { ParquetError } from '../parquet/parquet-error.ts';
import { readFooter } from '../parquet/read-footer.ts';
import { readRows } from '../parquet/read-rows.ts';
import type { ShapedColumn } from '../parquet/read-rows.ts';
import type { SchemaNode } from '../parquet/schema-node.ts';
import { wantedColumns } from './columns.ts';
import { namedExtras } from './extra-columns.ts';
import type { ColumnNames } from './columns.ts';
import type { FileSource } from '../sources/file-source.ts';
import { isChatTable, MESSAGES } from './read-chat.ts';
import { toRecord } from './read-jsonl.ts';
import { selectColumns } from './select-columns.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { NumberedRecord } from './training-record.ts';

interface ReadParquetOptions {
  readonly file: string;
  readonly columns: ColumnNames;
}

/**
 * Parquet, the columns that are asked for, page by page; rows are counted from 1. Whatever is in the file, reading ends: every size in it is
 * checked before it is used.
 */
export async function* readParquet(
  source: FileSource,
  { file, columns }: ReadParquetOptions,
): AsyncGenerator<NumberedRecord> {
  try {
    const footer = await readFooter(source);
    if (footer.rows > LIMITS.trainingRows) throw tooManyRows(file, footer.rows);
    const shaped = chooseColumns(footer.columns, columns, file);
    let row = 0;
    for (const group of footer.groups) {
      for await (const cells of readRows(source, group, shaped)) {
        row += 1;
        const place = { file, row };
        yield { line: row, record: toRecord(toTexts(cells, columns.image, place), columns, place) };
      }
    }
  } catch (error) {
    if (!(error instanceof ParquetError)) throw error;
    throw trainingFileError({ file }, `is Parquet that cannot be read: ${error.message}.`, error);
  }
}

function chooseColumns(schema: readonly SchemaNode[], columns: ColumnNames, file: string): readonly ShapedColumn[] {
  const names = schema.map(({ name }) => name);
  const isChat = isChatTable(names, columns);
  const selected = isChat
    ? [MESSAGES, ...namedExtras(columns).filter((name) => names.includes(name))]
    : selectColumns(names, columns, { file });
  return selected.flatMap((name) => {
    const node = schema.find((column) => column.name === name);
    const build = node === undefined ? null : shapeOf(node);
    if (node !== undefined && build !== null) return [{ node, build }];
    // Nobody named it.
    if (columns.areAllFields && !wantedColumns(columns).includes(name)) return [];
    throw trainingFileError(
      { file, field: name },
      'holds lists within lists, or maps, which are not read. Write single values, or a list of them.',
    );
  });
}

/** Some writers do not say that a column of bytes holds text; those of the image are its own. */
function toTexts(cells: Record<string, Cell>, image: string, place: FilePlace): Record<string, unknown> {
  const texts: Record<string, unknown> = { ...cells };
  for (const [name, cell] of Object.entries(cells))
    if (cell instanceof Uint8Array && name !== image) texts[name] = decodeText(cell, { ...place, field: name });
  return texts;
}

function decodeText(bytes: Uint8Array, place: FilePlace): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch (cause) {
    throw trainingFileError(place, 'holds bytes that are not text.', cause);
  }
}

const tooManyRows = (file: string, rows: number): Error =>
  trainingFileError(
    { file },
    `the file has ${rows.toLocaleString('en')} rows, more than ${LIMITS.trainingRows.toLocaleString('en')}. Train on a sample of it.`,
  );
