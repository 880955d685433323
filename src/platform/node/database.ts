import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { StatementSync } from 'node:sqlite';
import { drizzle } from 'drizzle-orm/sqlite-proxy';
import { migrate } from 'drizzle-orm/sqlite-proxy/migrator';
import * as schema from '../../store/schema.ts';
import { SQL_LIMITS } from '../../store/sql-limits.ts';
import type { Database } from '../../store/database.ts';

export interface NodeDatabase extends Disposable {
  readonly db: Database;
}

interface Query {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly method: 'run' | 'all' | 'values' | 'get';
}

/**
 * Opens (and migrates) a SQLite file with Node's own driver behind drizzle's proxy: the same async
 * interface and `batch` as D1. Not @libsql/client: after one SQLITE_BUSY it loses writes it reports done.
 * @param path a file, or ':memory:'
 */
export async function openNodeDatabase(path: string, migrationsFolder: string): Promise<NodeDatabase> {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
  const sqlite = new DatabaseSync(path);
  for (const pragma of ['journal_mode = WAL', 'synchronous = NORMAL', 'busy_timeout = 5000', 'foreign_keys = ON']) {
    sqlite.exec(`PRAGMA ${pragma}`);
  }
  const statements = new Map<string, StatementSync>();
  const execute = (query: Query) => run(prepare(sqlite, statements, query.sql), query);

  const db = drizzle(
    (sql, params, method) => Promise.resolve(execute({ sql, params, method })),
    (queries) => Promise.resolve(runAtomically(sqlite, () => queries.map((query) => execute(query)))),
    { schema },
  );
  await migrate(
    db,
    (queries) => Promise.resolve(runAtomically(sqlite, () => queries.forEach((query) => sqlite.exec(query)))),
    {
      migrationsFolder,
    },
  );
  return { db, [Symbol.dispose]: () => sqlite.close() };
}

const MAX_CACHED_STATEMENTS = 500;

function prepare(sqlite: DatabaseSync, statements: Map<string, StatementSync>, sql: string): StatementSync {
  const cached = statements.get(sql);
  if (cached) return cached;
  const statement = sqlite.prepare(sql);
  statement.setReturnArrays(true);
  if (statements.size >= MAX_CACHED_STATEMENTS) statements.clear();
  statements.set(sql, statement);
  return statement;
}

function run(statement: StatementSync, { params, method }: Query): { rows: unknown[] } {
  const values = params.map(toSqlValue);
  assertWithinLimits(values);
  if (method === 'run') {
    statement.run(...values);
    return { rows: [] };
  }
  if (method === 'get') {
    // The proxy's type wants an array; at run time `undefined` is how a miss is told.
    return { rows: statement.get(...values) as unknown as unknown[] };
  }
  return { rows: statement.all(...values) };
}

function runAtomically<Result>(sqlite: DatabaseSync, work: () => Result): Result {
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    sqlite.exec('COMMIT');
    return result;
  } catch (error) {
    sqlite.exec('ROLLBACK');
    throw error;
  }
}

/** SQLite takes much more; D1 would refuse it, so that a query that passes here would fail there. */
function assertWithinLimits(values: readonly SqlValue[]): void {
  const { boundParameters, valueBytes } = SQL_LIMITS;
  if (values.length > boundParameters)
    throw new Error(`internal: a statement binds ${values.length} parameters; D1 takes ${boundParameters}`);
  const largest = values.find((value) => bytesOf(value) > valueBytes);
  if (largest !== undefined)
    throw new Error(`internal: a statement binds a value of more than ${valueBytes} bytes, the most that D1 takes`);
}

function bytesOf(value: SqlValue): number {
  if (value instanceof Uint8Array) return value.byteLength;
  // A character has three bytes at most: most strings need not be counted.
  if (typeof value !== 'string' || 3 * value.length <= SQL_LIMITS.valueBytes) return 0;
  return Buffer.byteLength(value);
}

type SqlValue = string | number | bigint | null | Uint8Array;

function toSqlValue(value: unknown): SqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (
    typeof value === 'string' ||
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    value instanceof Uint8Array
  )
    return value;
  throw new Error(`internal: ${typeof value} cannot be bound to a SQL parameter`);
}
