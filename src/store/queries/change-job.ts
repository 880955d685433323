import { and, eq, lte, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { NEXT_JOB_STATUS } from '../../contract/index.ts';
import type { JobStatus } from '../../contract/index.ts';
import type { Database } from '../database.ts';
import { files, jobEvents, jobs, models, webhookEvents } from '../schema.ts';
import { insertRowsWhen } from './insert-rows-when.ts';
import type { JobRow } from './jobs.ts';

/** What must be true of the job for a change to happen; all of it is checked inside the batch. */
export interface JobGuard {
  readonly jobId: string;
  readonly status: JobStatus;
  /** The fencing token: the change is refused when another attempt holds the lease. */
  readonly leaseToken?: string | undefined;
  /** The lease ran out at or before this time. */
  readonly leaseExpiredByMs?: number | undefined;
  /** The order that the caller has seen: null for none. */
  readonly requestedOrder?: 'cancel' | 'pause' | null | undefined;
}

export interface JobChange {
  readonly set: Partial<typeof jobs.$inferInsert>;
  readonly events?: readonly (typeof jobEvents.$inferInsert)[];
  readonly webhookEvents?: readonly (typeof webhookEvents.$inferInsert)[];
  readonly models?: readonly (typeof models.$inferInsert)[];
  readonly files?: readonly (typeof files.$inferInsert)[];
}

/**
 * Changes a job and writes everything that tells of it in one atomic batch, all of it or nothing.
 * The inserts come first and carry the guard, the update comes last: a repeated call finds the guard broken and changes nothing.
 * @returns the changed row, or undefined when the guard did not hold
 */
export async function changeJob(db: Database, guard: JobGuard, change: JobChange): Promise<JobRow | undefined> {
  assertTransition(guard.status, change.set.status ?? guard.status);
  const guarded = conditionOf(guard);
  const when = sql`exists (select 1 from ${jobs} where ${guarded})`;
  const results = await db.batch([
    // A worker tells its last events again when the answer to its heartbeat was lost.
    insertRowsWhen(db, jobEvents, change.events ?? [], when).onConflictDoNothing(),
    insertRowsWhen(db, models, change.models ?? [], when),
    insertRowsWhen(db, files, change.files ?? [], when),
    insertRowsWhen(db, webhookEvents, change.webhookEvents ?? [], when),
    db.update(jobs).set(change.set).where(guarded).returning(),
  ]);
  return results[4][0];
}

function conditionOf({ jobId, status, leaseToken, leaseExpiredByMs, requestedOrder }: JobGuard): SQL | undefined {
  return and(
    eq(jobs.id, jobId),
    eq(jobs.status, status),
    leaseToken === undefined ? undefined : eq(jobs.leaseToken, leaseToken),
    leaseExpiredByMs === undefined ? undefined : lte(jobs.leaseExpiresMs, leaseExpiredByMs),
    requestedOrder === undefined ? undefined : sql`${jobs.requestedOrder} is ${requestedOrder}`,
  );
}

function assertTransition(from: JobStatus, to: JobStatus): void {
  const allowed: readonly JobStatus[] = NEXT_JOB_STATUS[from];
  if (from !== to && !allowed.includes(to)) throw new Error(`internal: a job cannot go from ${from} to ${to}`);
}
