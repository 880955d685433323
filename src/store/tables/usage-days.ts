import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { projectId } from './projects.ts';

/** What was used on a day (UTC) with a model; training is read from the jobs themselves. */
export const usageDays = sqliteTable(
  'usage_days',
  {
    projectId: projectId(),
    /** Days since 1970. */
    day: integer().notNull(),
    model: text().notNull(),
    requests: integer().notNull(),
    inputs: integer().notNull(),
    inputTokens: integer('input_tokens').notNull(),
    cachedTokens: integer('cached_tokens').notNull(),
  },
  (table) => [primaryKey({ columns: [table.projectId, table.day, table.model] })],
);
