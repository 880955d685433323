import type { SqlQuery, SqlRows } from '../../support/gateway/workerd-protocol.ts';

/** One statement on D1, its rows as arrays. */
export async function executeSql(db: D1Database, { sql, params, method }: SqlQuery): Promise<SqlRows> {
  const rows = await db
    .prepare(sql)
    .bind(...params)
    .raw();
  // The proxy's type wants an array; at run time a miss is told by no rows at all.
  return { rows: (method === 'get' ? (rows[0] ?? undefined) : rows) as unknown[] };
}

/** All or nothing. D1 names the columns of a batch's rows; their order is the statement's. */
export async function executeBatch(db: D1Database, queries: readonly SqlQuery[]): Promise<SqlRows[]> {
  const results = await db.batch<object>(queries.map(({ sql, params }) => db.prepare(sql).bind(...params)));
  return results.map(({ results: rows }) => ({ rows: rows.map((row) => Object.values(row) as unknown[]) }));
}
