import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** What a request with an `Idempotency-Key` was answered, for a day. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    /** Hash of the API key and the caller's own key. */
    id: text().primaryKey(),
    /** Hash of the request; null while a streamed body is read for the first time. */
    fingerprint: text(),
    /** Of the request that works on it, or did. */
    requestId: text('request_id').notNull(),
    /** While there is no answer: from when on another request may take over, as the first must have died. */
    lockedUntilMs: integer('locked_until_ms').notNull(),
    answer: text({ mode: 'json' }).$type<{ status: number; contentType: string; body: string }>(),
    expiresMs: integer('expires_ms').notNull(),
  },
  (table) => [index('idempotency_keys_expiry').on(table.expiresMs)],
);
