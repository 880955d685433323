import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type {
  ArtifactName,
  Hyperparameters,
  JobError,
  JobProgress,
  JobStatus,
  LeviOptions,
  Verification,
} from '../../contract/index.ts';
import { projectId } from './projects.ts';

/** The job row is the queue (leases: claim, heartbeat, complete by token). */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    status: text().$type<JobStatus>().notNull(),
    model: text().notNull(),
    trainingFile: text('training_file').notNull(),
    validationFile: text('validation_file'),
    suffix: text(),
    seed: integer().notNull(),
    hyperparameters: text({ mode: 'json' }).$type<Hyperparameters>().notNull(),
    levi: text({ mode: 'json' }).$type<LeviOptions>().notNull(),
    metadata: text({ mode: 'json' }).$type<Record<string, string>>(),
    error: text({ mode: 'json' }).$type<JobError>(),
    progress: text({ mode: 'json' }).$type<JobProgress>(),
    fineTunedModel: text('fine_tuned_model'),
    resultFiles: text('result_files', { mode: 'json' }).$type<string[]>().notNull(),
    trainedTokens: integer('trained_tokens'),
    /** On the machine that estimates start from: what it took of that tells how fast this project's workers are. */
    expectedSeconds: real('expected_seconds'),
    priority: integer().notNull().default(0),
    createdMs: integer('created_ms').notNull(),
    startedMs: integer('started_ms'),
    finishedMs: integer('finished_ms'),
    /** What the worker is told with its next heartbeat. */
    requestedOrder: text('requested_order').$type<'cancel' | 'pause'>(),
    attempts: integer().notNull().default(0),
    workerId: text('worker_id'),
    /** Fencing token of the current attempt; every worker write is conditional on it. */
    leaseToken: text('lease_token'),
    leaseExpiresMs: integer('lease_expires_ms'),
    /** Hash of the request and key: a client's retry of the same creation answers the first job. */
    dedupeKey: text('dedupe_key'),
    /** The job that this one trains again, to compare the adapters. */
    verifies: text(),
    verification: text({ mode: 'json' }).$type<Verification>(),
  },
  (table) => [
    index('jobs_project').on(table.projectId, table.id),
    // 4.4 us a claim at 20,000 queued, against 3.6 ms for one index over queued and expired together.
    index('jobs_queue')
      .on(sql`priority desc`, table.createdMs)
      .where(sql`status = 'queued'`),
    index('jobs_leases')
      .on(table.leaseExpiresMs)
      .where(sql`status = 'running'`),
    index('jobs_dedupe')
      .on(table.dedupeKey)
      .where(sql`dedupe_key is not null`),
  ],
);

/** What a job's worker uploaded: the newest blob of each name, with the hash and size taken on the way. */
export const jobArtifacts = sqliteTable(
  'job_artifacts',
  {
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id),
    name: text().$type<ArtifactName>().notNull(),
    blobKey: text('blob_key').notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text().notNull(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [primaryKey({ columns: [table.jobId, table.name] }), index('job_artifacts_blob').on(table.blobKey)],
);

export const jobEvents = sqliteTable(
  'job_events',
  {
    id: text().primaryKey(),
    jobId: text('job_id')
      .notNull()
      .references(() => jobs.id),
    level: text().$type<'info' | 'warn' | 'error'>().notNull(),
    message: text().notNull(),
    type: text().$type<'message' | 'metrics'>().notNull(),
    data: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    createdMs: integer('created_ms').notNull(),
    /** Of a worker's event: its attempt's token and its number there, so that it is stored once. null for our own. */
    sourceKey: text('source_key'),
  },
  (table) => [
    index('job_events_job').on(table.jobId, table.id),
    uniqueIndex('job_events_source')
      .on(table.sourceKey)
      .where(sql`source_key is not null`),
  ],
);
