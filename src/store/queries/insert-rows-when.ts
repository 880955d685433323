import { getTableColumns, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { SQLiteTable } from 'drizzle-orm/sqlite-core';
import type { Database } from '../database.ts';

/**
 * A statement that inserts all rows if `when` holds, and none otherwise: what a batch without conditional
 * abort needs, since every statement then carries the same guard. The rows travel as one JSON parameter, so
 * that their number is not bounded by D1's 100 parameters, and no rows are a statement without effect.
 */
export function insertRowsWhen<Table extends SQLiteTable>(
  db: Database,
  table: Table,
  rows: readonly Table['$inferInsert'][],
  when: SQL,
) {
  const columns = Object.entries(getTableColumns(table));
  const values = rows.map((row) => columns.map(([name, column]) => toDriverValue(row, name, column)));
  const picked = columns.map((_, index) => valueAt(index));
  return db
    .insert(table)
    .select(sql`select ${sql.join(picked, sql`, `)} from json_each(${JSON.stringify(values)}) where ${when}`);
}

/** What a row has in a column, for a guard that looks at each row: rows that fail it are left out. */
export const insertedValue = <Table extends SQLiteTable>(table: Table, column: keyof Table['$inferInsert']): SQL =>
  valueAt(Object.keys(getTableColumns(table)).indexOf(String(column)));

const valueAt = (index: number): SQL => sql.raw(`json_extract(value, '$[${index}]')`);

interface Encoder {
  readonly default: unknown;
  mapToDriverValue(value: unknown): unknown;
}

function toDriverValue(row: Readonly<Record<string, unknown>>, name: string, column: Encoder): unknown {
  const value = row[name] ?? column.default ?? null;
  return value === null ? null : column.mapToDriverValue(value);
}
