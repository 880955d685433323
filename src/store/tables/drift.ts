import { index, integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { DriftWindow } from '../../contract/index.ts';
import { models } from './models.ts';

/** Predictions of a model that no window has been made of yet: a row for every few seconds of every gateway. */
export const driftTallies = sqliteTable(
  'drift_tallies',
  {
    id: text().primaryKey(),
    modelId: text('model_id')
      .notNull()
      .references(() => models.id, { onDelete: 'cascade' }),
    rows: integer().notNull(),
    shiftSum: real('shift_sum').notNull(),
    labels: text({ mode: 'json' }).$type<Record<string, number>>().notNull(),
  },
  (table) => [index('drift_tallies_model').on(table.modelId)],
);

/** Where a model's drift watch stands after its last window. */
export const driftStates = sqliteTable('drift_states', {
  modelId: text('model_id')
    .primaryKey()
    .references(() => models.id, { onDelete: 'cascade' }),
  state: text().$type<'stable' | 'drifting'>().notNull(),
  sinceMs: integer('since_ms').notNull(),
  /** Newest first, bounded. */
  windows: text({ mode: 'json' }).$type<DriftWindow[]>().notNull(),
  /** Changes with every window: of two gateways that judge the same one, the second finds another than it read. */
  token: text().notNull(),
});
