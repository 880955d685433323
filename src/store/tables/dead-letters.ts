import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Messages of a queue that nobody could work off, after all retries. */
export const deadLetters = sqliteTable(
  'dead_letters',
  {
    /** The message's own. */
    id: text().primaryKey(),
    queue: text().notNull(),
    /** JSON, cut. */
    body: text().notNull(),
    sentMs: integer('sent_ms').notNull(),
    diedMs: integer('died_ms').notNull(),
  },
  (table) => [index('dead_letters_age').on(table.diedMs)],
);
