import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { CheckpointMetrics, DriftReference } from '../../contract/index.ts';
import { jobs } from './jobs.ts';
import { projectId } from './projects.ts';

export const models = sqliteTable(
  'models',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id),
    backbone: text().notNull(),
    method: text().notNull(),
    labels: text({ mode: 'json' }).$type<string[]>().notNull(),
    adapterSha256: text('adapter_sha256').notNull(),
    adapterBytes: integer('adapter_bytes').notNull(),
    adapterKey: text('adapter_key').notNull(),
    createdMs: integer('created_ms').notNull(),
    /** What its predictions are compared with; null for models of an earlier release. */
    driftReference: text('drift_reference', { mode: 'json' }).$type<DriftReference>(),
    /** Of a checkpoint of its job: the step it was taken at; null for the model itself. */
    step: integer(),
    metrics: text({ mode: 'json' }).$type<CheckpointMetrics>(),
  },
  (table) => [
    index('models_project').on(table.projectId, table.createdMs),
    index('models_job').on(table.jobId, table.step),
    index('models_adapter').on(table.adapterSha256),
    index('models_blob').on(table.adapterKey),
  ],
);
