import { and, eq, lte, sql } from 'drizzle-orm';
import type { JobProgress } from '../../contract/index.ts';
import type { Database } from '../database.ts';
import { jobEvents, jobs } from '../schema.ts';
import { insertRowsWhen } from './insert-rows-when.ts';
import type { JobEventRow } from './job-events.ts';
import type { JobRow } from './jobs.ts';

export interface NewLease {
  readonly workerId: string;
  readonly leaseToken: string;
  readonly leaseExpiresMs: number;
  readonly nowMs: number;
}

/** Leases the first queued job, in one statement that no two callers can both win. */
export async function claimQueuedJob(db: Database, lease: NewLease): Promise<JobRow | undefined> {
  // The literal 'queued' lets SQLite use the partial index; a bound parameter would not.
  const next = sql`(select id from jobs where status = 'queued' order by priority desc, created_ms limit 1)`;
  const [row] = await db
    .update(jobs)
    .set({
      status: 'running',
      attempts: sql`${jobs.attempts} + 1`,
      workerId: lease.workerId,
      leaseToken: lease.leaseToken,
      leaseExpiresMs: lease.leaseExpiresMs,
      startedMs: lease.nowMs,
      requestedOrder: null,
    })
    .where(and(sql`${jobs.id} = ${next}`, sql`${jobs.status} = 'queued'`))
    .returning();
  return row;
}

/** Those that a worker would get first. */
export async function listQueuedJobIds(db: Database, limit: number): Promise<string[]> {
  const rows = await db
    .select({ id: jobs.id })
    .from(jobs)
    .where(sql`${jobs.status} = 'queued'`)
    .orderBy(sql`priority desc`, jobs.createdMs)
    .limit(limit);
  return rows.map(({ id }) => id);
}

/** By token: a worker knows no project, and a token is good for one job only. */
export async function findLeasedJob(
  db: Database,
  { jobId, leaseToken }: { readonly jobId: string; readonly leaseToken: string },
): Promise<JobRow | undefined> {
  const [row] = await db
    .select()
    .from(jobs)
    .where(and(eq(jobs.id, jobId), eq(jobs.leaseToken, leaseToken)))
    .limit(1);
  return row;
}

export interface LeaseExtension {
  readonly jobId: string;
  readonly leaseToken: string;
  readonly leaseExpiresMs: number;
  readonly progress?: JobProgress | undefined;
  readonly events: readonly JobEventRow[];
}

/** An event that is there already is left out. @returns the pending order (null for none), or undefined when the lease is no longer held */
export async function extendLease(
  db: Database,
  { jobId, leaseToken, leaseExpiresMs, progress, events }: LeaseExtension,
): Promise<{ readonly requestedOrder: 'cancel' | 'pause' | null } | undefined> {
  const held = and(eq(jobs.id, jobId), eq(jobs.leaseToken, leaseToken), eq(jobs.status, 'running'));
  const [, extended] = await db.batch([
    insertRowsWhen(db, jobEvents, events, sql`exists (select 1 from ${jobs} where ${held})`).onConflictDoNothing(),
    db
      .update(jobs)
      .set({ leaseExpiresMs, ...(progress === undefined ? {} : { progress }) })
      .where(held)
      .returning({ requestedOrder: jobs.requestedOrder }),
  ]);
  return extended[0];
}

/** Running jobs whose lease ran out, by the partial index. */
export function listExpiredLeases(db: Database, nowMs: number, limit: number): Promise<JobRow[]> {
  return db
    .select()
    .from(jobs)
    .where(and(sql`${jobs.status} = 'running'`, lte(jobs.leaseExpiresMs, nowMs)))
    .orderBy(jobs.leaseExpiresMs)
    .limit(limit);
}

export function listRunningJobsOfWorker(db: Database, workerId: string): Promise<JobRow[]> {
  return db
    .select()
    .from(jobs)
    .where(and(sql`${jobs.status} = 'running'`, eq(jobs.workerId, workerId)));
}
