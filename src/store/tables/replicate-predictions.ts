import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { ReplicatePrediction } from '../../contract/index.ts';
import { projectId } from './projects.ts';

/** Predictions made through Replicate's API, for an hour. */
export const replicatePredictions = sqliteTable(
  'replicate_predictions',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    /** As it is shown. */
    body: text({ mode: 'json' }).$type<ReplicatePrediction>().notNull(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [
    index('replicate_predictions_project').on(table.projectId, table.id),
    index('replicate_predictions_age').on(table.createdMs),
  ],
);
