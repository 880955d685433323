import { and, asc, desc, eq, gt } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { jobEvents } from '../schema.ts';
import { olderThan } from './older-than.ts';

export type JobEventRow = typeof jobEvents.$inferSelect;

export interface JobEventsPage {
  readonly jobId: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Newest first; `after` is the id of the last event of the page before, so older ones follow. */
export function listJobEvents(db: Database, { jobId, after, limit }: JobEventsPage): Promise<JobEventRow[]> {
  return db
    .select()
    .from(jobEvents)
    .where(and(eq(jobEvents.jobId, jobId), olderThan(jobEvents.id, after)))
    .orderBy(desc(jobEvents.id))
    .limit(limit);
}

/** Oldest first, after an event: what a stream has yet to send. */
export function listJobEventsSince(db: Database, { jobId, after, limit }: JobEventsPage): Promise<JobEventRow[]> {
  return db
    .select()
    .from(jobEvents)
    .where(and(eq(jobEvents.jobId, jobId), after === undefined ? undefined : gt(jobEvents.id, after)))
    .orderBy(asc(jobEvents.id))
    .limit(limit);
}

/** At most 12 rows, as each binds eight of D1's 100 parameters. */
export async function insertJobEvents(db: Database, rows: readonly [JobEventRow, ...JobEventRow[]]): Promise<void> {
  await db.insert(jobEvents).values([...rows]);
}
