import { sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Where a sweep that goes through everything, some at a time, stands. */
export const sweepPositions = sqliteTable('sweep_positions', {
  name: text().primaryKey(),
  position: text().notNull(),
});
