import { and, asc, desc, eq, inArray, lte, sql } from 'drizzle-orm';
import { NEXT_BATCH_STATUS } from '../../contract/index.ts';
import type { BatchStatus } from '../../contract/index.ts';
import type { Database } from '../database.ts';
import { batches, batchParts, files, webhookEvents } from '../schema.ts';
import { olderThan } from './older-than.ts';
import { insertRowsWhen } from './insert-rows-when.ts';

export type BatchRow = typeof batches.$inferSelect;
export type NewBatchRow = typeof batches.$inferInsert;
export type BatchPartRow = typeof batchParts.$inferSelect;

interface OfProject {
  readonly id: string;
  readonly projectId: string;
}

export async function insertBatch(db: Database, batch: NewBatchRow): Promise<BatchRow> {
  const [row] = await db.insert(batches).values(batch).returning();
  if (!row) throw new Error('internal: a batch was inserted and not returned');
  return row;
}

export async function findBatch(db: Database, { id, projectId }: OfProject): Promise<BatchRow | undefined> {
  const [row] = await db
    .select()
    .from(batches)
    .where(and(eq(batches.id, id), eq(batches.projectId, projectId)))
    .limit(1);
  return row;
}

export interface ListBatches {
  readonly projectId: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Newest first. */
export function listBatches(db: Database, { projectId, after, limit }: ListBatches): Promise<BatchRow[]> {
  return db
    .select()
    .from(batches)
    .where(and(eq(batches.projectId, projectId), olderThan(batches.id, after)))
    .orderBy(desc(batches.id))
    .limit(limit);
}

/** From one of these statuses; what works on it goes on, and finds the change when it commits. @returns undefined when it was in none */
export async function changeBatchStatus(
  db: Database,
  { id, projectId }: OfProject,
  { from, set }: { readonly from: readonly BatchStatus[]; readonly set: Partial<NewBatchRow> },
): Promise<BatchRow | undefined> {
  const [row] = await db
    .update(batches)
    .set(set)
    .where(and(eq(batches.id, id), eq(batches.projectId, projectId), inArray(batches.status, [...from])))
    .returning();
  return row;
}

export interface BatchLease {
  readonly leaseToken: string;
  readonly nowMs: number;
  /** When others may take it, should the caller not come back. */
  readonly leaseExpiresMs: number;
}

/** The batch that has waited longest, in one statement that no two callers can both win. */
export async function claimDueBatch(
  db: Database,
  { leaseToken, nowMs, leaseExpiresMs }: BatchLease,
): Promise<BatchRow | undefined> {
  const due = and(sql`${batches.dueMs} is not null`, lte(batches.dueMs, nowMs));
  const next = sql`(select id from batches where due_ms is not null and due_ms <= ${nowMs} order by due_ms, id limit 1)`;
  const [row] = await db
    .update(batches)
    .set({ leaseToken, dueMs: leaseExpiresMs })
    .where(and(sql`${batches.id} = ${next}`, due))
    .returning();
  return row;
}

export interface BatchChange {
  readonly set: Partial<NewBatchRow>;
  /** The statuses it may be in; default that of the claim, and being cancelled meanwhile. */
  readonly parts?: readonly BatchPartRow[];
  readonly files?: readonly (typeof files.$inferInsert)[];
  readonly webhookEvents?: readonly (typeof webhookEvents.$inferInsert)[];
}

/**
 * Writes what one step came to, all of it or nothing: only while the token holds the lease and the status is the one that the step began with.
 * @returns undefined when another has it, or its user cancelled it
 */
export async function commitBatch(
  db: Database,
  { id, leaseToken, status }: Pick<BatchRow, 'id' | 'leaseToken' | 'status'>,
  { set, parts = [], files: newFiles = [], webhookEvents: events = [] }: BatchChange,
): Promise<BatchRow | undefined> {
  assertTransition(status, set.status ?? status);
  if (leaseToken === null) throw new Error(`internal: ${id} is changed without a lease`);
  const held = and(eq(batches.id, id), eq(batches.leaseToken, leaseToken), eq(batches.status, status));
  const when = sql`exists (select 1 from ${batches} where ${held})`;
  const results = await db.batch([
    insertRowsWhen(db, batchParts, parts, when),
    insertRowsWhen(db, files, newFiles, when),
    insertRowsWhen(db, webhookEvents, events, when),
    db.update(batches).set(set).where(held).returning(),
  ]);
  return results[3][0];
}

function assertTransition(from: BatchStatus, to: BatchStatus): void {
  const allowed: readonly BatchStatus[] = NEXT_BATCH_STATUS[from];
  if (from !== to && !allowed.includes(to)) throw new Error(`internal: a batch cannot go from ${from} to ${to}`);
}

/** Gives a batch back without a change. */
export async function releaseBatch(
  db: Database,
  { id, leaseToken }: Pick<BatchRow, 'id' | 'leaseToken'>,
  dueMs: number,
): Promise<void> {
  if (leaseToken === null) return;
  await db
    .update(batches)
    .set({ dueMs })
    .where(and(eq(batches.id, id), eq(batches.leaseToken, leaseToken), sql`${batches.dueMs} is not null`));
}

/** In the order of their lines. */
export function listBatchParts(
  db: Database,
  { batchId, kind }: Pick<BatchPartRow, 'batchId' | 'kind'>,
): Promise<BatchPartRow[]> {
  return db
    .select()
    .from(batchParts)
    .where(and(eq(batchParts.batchId, batchId), eq(batchParts.kind, kind)))
    .orderBy(asc(batchParts.line));
}

export async function deleteBatchParts(db: Database, batchId: string): Promise<void> {
  await db.delete(batchParts).where(eq(batchParts.batchId, batchId));
}
