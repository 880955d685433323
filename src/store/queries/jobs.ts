import { and, desc, eq, gte, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { jobEvents, jobs } from '../schema.ts';
import { olderThan } from './older-than.ts';
import { insertRowsWhen } from './insert-rows-when.ts';

export type JobRow = typeof jobs.$inferSelect;
export type NewJobRow = typeof jobs.$inferInsert;

export async function findJob(
  db: Database,
  { id, projectId }: { readonly id: string; readonly projectId: string },
): Promise<JobRow | undefined> {
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, id), eq(jobs.projectId, projectId)))
    .limit(1);
  return row;
}

export interface ListJobs {
  readonly projectId: string;
  readonly after?: string | undefined;
  readonly limit: number;
  /** Pairs that must all be there; null asks for jobs without metadata. */
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
}

/** Newest first. */
export function listJobs(db: Database, { projectId, after, limit, metadata }: ListJobs): Promise<JobRow[]> {
  return db
    .select()
    .from(jobs)
    .where(and(eq(jobs.projectId, projectId), olderThan(jobs.id, after), holdsMetadata(metadata)))
    .orderBy(desc(jobs.id))
    .limit(limit);
}

/** The newest succeeded jobs of a backbone whose duration and size are known. */
export function listSucceededJobs(
  db: Database,
  { projectId, model, limit }: { readonly projectId: string; readonly model: string; readonly limit: number },
): Promise<JobRow[]> {
  const isOfModel = and(eq(jobs.projectId, projectId), eq(jobs.model, model), eq(jobs.status, 'succeeded'));
  return db
    .select()
    .from(jobs)
    .where(and(isOfModel, isNotNull(jobs.startedMs), isNotNull(jobs.finishedMs), isNotNull(jobs.expectedSeconds)))
    .orderBy(desc(jobs.id))
    .limit(limit);
}

function holdsMetadata(metadata: ListJobs['metadata']): SQL | undefined {
  if (metadata === undefined) return undefined;
  if (metadata === null) return isNull(jobs.metadata);
  // json_each compares keys as they are; a JSON path would have to escape them.
  const pairs = Object.entries(metadata).map(
    ([key, value]) =>
      sql`exists (select 1 from json_each(${jobs.metadata}) as pair where pair.key = ${key} and pair.value = ${value})`,
  );
  return and(...pairs);
}

export interface DedupeWindow {
  /** All dedupe keys of one caller and one idempotency key begin with it. */
  readonly prefix: string;
  readonly createdAfterMs: number;
}

/** The first job of the window whose dedupe key begins with the prefix. */
export async function findJobByDedupePrefix(db: Database, window: DedupeWindow): Promise<JobRow | undefined> {
  const [row] = await db.select().from(jobs).where(inWindow(window)).orderBy(jobs.id).limit(1);
  return row;
}

function inWindow({ prefix, createdAfterMs }: DedupeWindow): SQL | undefined {
  // Written out so that the partial index is used: a bound parameter would not match its condition.
  return and(
    sql`${jobs.dedupeKey} is not null`,
    gte(jobs.dedupeKey, prefix),
    lt(jobs.dedupeKey, `${prefix}\uffff`),
    gte(jobs.createdMs, createdAfterMs),
  );
}

/**
 * Inserts a job with its first events, unless the window already holds one with the same prefix.
 * @returns whether it was inserted
 */
export async function insertJobOnce(
  db: Database,
  job: NewJobRow,
  events: readonly (typeof jobEvents.$inferInsert)[],
  window: DedupeWindow,
): Promise<boolean> {
  const isFirst = sql`not exists (select 1 from ${jobs} where ${inWindow(window)})`;
  const isInserted = sql`exists (select 1 from ${jobs} where ${eq(jobs.id, job.id)})`;
  const [inserted] = await db.batch([
    insertRowsWhen(db, jobs, [job], isFirst).returning({ id: jobs.id }),
    insertRowsWhen(db, jobEvents, events, isInserted),
  ]);
  return inserted.length > 0;
}
