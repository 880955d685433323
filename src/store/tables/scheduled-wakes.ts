import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** When somebody is woken next, by name, so that one message of a queue is on its way for it and not one of every gateway. */
export const scheduledWakes = sqliteTable('scheduled_wakes', {
  name: text().primaryKey(),
  dueMs: integer('due_ms').notNull(),
});
