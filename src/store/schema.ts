import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type {
  ArtifactName,
  CheckpointMetrics,
  DriftReference,
  DriftWindow,
  EventType,
  FilePurpose,
  Hyperparameters,
  JobError,
  JobProgress,
  JobStatus,
  KeyLimits,
  LeviOptions,
  Scope,
  Verification,
  WebhookEvent,
} from '../contract/index.ts';
import { projects } from './tables/projects.ts';

export { projects } from './tables/projects.ts';
export { batches, batchParts } from './tables/batches.ts';
export { idempotencyKeys } from './tables/idempotency-keys.ts';
export { replicatePredictions } from './tables/replicate-predictions.ts';
export { uploadParts, uploads } from './tables/uploads.ts';
export { usageDays } from './tables/usage-days.ts';
export { predictWaits, workers } from './tables/workers.ts';

/** Times are milliseconds since 1970 in columns named `*_ms`; a row becomes seconds where it becomes a wire object. */

export const apiKeys = sqliteTable(
  'api_keys',
  {
    id: text().primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    name: text().notNull(),
    /** SHA-256 of a 256-bit random secret: no slow hash needed. */
    hash: text().notNull(),
    prefix: text().notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    createdMs: integer('created_ms').notNull(),
    expiresMs: integer('expires_ms'),
    revokedMs: integer('revoked_ms'),
    lastUsedMs: integer('last_used_ms'),
    /** Beside those of the project; null: none of its own. */
    limits: text({ mode: 'json' }).$type<KeyLimits>(),
  },
  (table) => [uniqueIndex('api_keys_hash').on(table.hash), index('api_keys_project').on(table.projectId, table.id)],
);

export const files = sqliteTable(
  'files',
  {
    id: text().primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    filename: text().notNull(),
    purpose: text().$type<FilePurpose>().notNull(),
    sizeBytes: integer('size_bytes').notNull(),
    sha256: text().notNull(),
    blobKey: text('blob_key').notNull(),
    createdMs: integer('created_ms').notNull(),
    expiresMs: integer('expires_ms'),
  },
  (table) => [
    index('files_project').on(table.projectId, table.id),
    index('files_expiry')
      .on(table.expiresMs)
      .where(sql`expires_ms is not null`),
    index('files_blob').on(table.blobKey),
  ],
);

/** The job row is the queue (leases: claim, heartbeat, complete by token). */
export const jobs = sqliteTable(
  'jobs',
  {
    id: text().primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
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

/** Where a sweep that goes through everything, some at a time, stands. */
export const sweepPositions = sqliteTable('sweep_positions', {
  name: text().primaryKey(),
  position: text().notNull(),
});

/** When somebody is woken next, by name, so that one message of a queue is on its way for it and not one of every gateway. */
export const scheduledWakes = sqliteTable('scheduled_wakes', {
  name: text().primaryKey(),
  dueMs: integer('due_ms').notNull(),
});

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

export const models = sqliteTable(
  'models',
  {
    id: text().primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
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

export const webhookEndpoints = sqliteTable(
  'webhook_endpoints',
  {
    id: text().primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    url: text().notNull(),
    name: text(),
    eventTypes: text('event_types', { mode: 'json' }).$type<EventType[]>().notNull(),
    secret: text().notNull(),
    /** Signs beside the new one until it expires, so that a rotation loses no delivery. */
    previousSecret: text('previous_secret'),
    previousSecretExpiresMs: integer('previous_secret_expires_ms'),
    status: text().$type<'enabled' | 'disabled'>().notNull(),
    disabledReason: text('disabled_reason'),
    createdMs: integer('created_ms').notNull(),
    /** Told of this one thing alone, and never listed: the webhook of a single request. null for a project's own endpoints. */
    subjectId: text('subject_id'),
    /** null: the event as it stands. */
    shape: text().$type<'replicate'>(),
  },
  (table) => [index('webhook_endpoints_project').on(table.projectId, table.id)],
);

/** What happened, written in the same batch as the status change it tells of. */
export const webhookEvents = sqliteTable(
  'webhook_events',
  {
    id: text().primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    type: text().$type<EventType>().notNull(),
    /** For a test event: the one endpoint it goes to. */
    endpointId: text('endpoint_id'),
    body: text({ mode: 'json' }).$type<WebhookEvent>().notNull(),
    createdMs: integer('created_ms').notNull(),
    /** null until the event was turned into one delivery per endpoint. */
    fannedOutMs: integer('fanned_out_ms'),
  },
  (table) => [
    index('webhook_events_outbox')
      .on(table.createdMs)
      .where(sql`fanned_out_ms is null`),
    index('webhook_events_age').on(table.createdMs),
  ],
);

export const webhookDeliveries = sqliteTable(
  'webhook_deliveries',
  {
    id: text().primaryKey(),
    projectId: text('project_id')
      .notNull()
      .references(() => projects.id),
    endpointId: text('endpoint_id')
      .notNull()
      .references(() => webhookEndpoints.id, { onDelete: 'cascade' }),
    eventId: text('event_id')
      .notNull()
      .references(() => webhookEvents.id),
    eventType: text('event_type').$type<EventType>().notNull(),
    status: text().$type<'pending' | 'delivered' | 'failed'>().notNull(),
    attempts: integer().notNull().default(0),
    nextAttemptMs: integer('next_attempt_ms'),
    lastAttemptMs: integer('last_attempt_ms'),
    responseStatus: integer('response_status'),
    error: text(),
    createdMs: integer('created_ms').notNull(),
  },
  (table) => [
    index('webhook_deliveries_due')
      .on(table.nextAttemptMs)
      .where(sql`status = 'pending'`),
    index('webhook_deliveries_endpoint').on(table.endpointId, table.id),
    index('webhook_deliveries_event').on(table.eventId),
  ],
);
