import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { BatchEndpoint, BatchError, BatchStatus, Scope } from '../../contract/index.ts';
import { projectId } from './projects.ts';

/** A file of requests that the clock works through, some at a time; the row is queue and progress. */
export const batches = sqliteTable(
  'batches',
  {
    id: text().primaryKey(),
    projectId: projectId(),
    /** Whose requests they are. */
    keyId: text('key_id').notNull(),
    scopes: text({ mode: 'json' }).$type<Scope[]>().notNull(),
    status: text().$type<BatchStatus>().notNull(),
    endpoint: text().$type<BatchEndpoint>().notNull(),
    inputFile: text('input_file').notNull(),
    model: text(),
    metadata: text({ mode: 'json' }).$type<Record<string, string>>(),
    outputExpiresSeconds: integer('output_expires_seconds'),
    errors: text({ mode: 'json' }).$type<BatchError[]>(),
    outputFile: text('output_file'),
    errorFile: text('error_file'),
    total: integer().notNull().default(0),
    completed: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    inputTokens: integer('input_tokens').notNull().default(0),
    outputTokens: integer('output_tokens').notNull().default(0),
    /** Where in the input file the next line begins, and its number. */
    offset: integer().notNull().default(0),
    line: integer().notNull().default(0),
    /** How often in a row the next line could not be answered for reasons that may pass. */
    stalls: integer().notNull().default(0),
    createdMs: integer('created_ms').notNull(),
    inProgressMs: integer('in_progress_ms'),
    finalizingMs: integer('finalizing_ms'),
    completedMs: integer('completed_ms'),
    failedMs: integer('failed_ms'),
    expiredMs: integer('expired_ms'),
    cancellingMs: integer('cancelling_ms'),
    cancelledMs: integer('cancelled_ms'),
    expiresMs: integer('expires_ms').notNull(),
    /** Fencing token of whoever works on it now. */
    leaseToken: text('lease_token'),
    /** From when on it may be worked on: while it is leased, when others may take over. null: it has ended. */
    dueMs: integer('due_ms'),
  },
  (table) => [
    index('batches_project').on(table.projectId, table.id),
    index('batches_due')
      .on(table.dueMs)
      .where(sql`due_ms is not null`),
  ],
);

/** Answered lines of a batch, until they become its files. */
export const batchParts = sqliteTable(
  'batch_parts',
  {
    batchId: text('batch_id')
      .notNull()
      .references(() => batches.id),
    kind: text().$type<'output' | 'error'>().notNull(),
    /** Of its first line: the order. */
    line: integer().notNull(),
    blobKey: text('blob_key').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.batchId, table.kind, table.line] }),
    index('batch_parts_blob').on(table.blobKey),
  ],
);
