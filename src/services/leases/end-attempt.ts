import { ARTIFACTS, LIMITS } from '../../contract/index.ts';
import type { JobError } from '../../contract/index.ts';
import { changeJob } from '../../store/queries/change-job.ts';
import type { JobChange } from '../../store/queries/change-job.ts';
import { findLeasedJob } from '../../store/queries/leases.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { finishChange } from '../jobs/finish-change.ts';
import { jobMessage } from '../jobs/job-event-row.ts';
import type { Services } from '../ports.ts';
import { dropArtifacts } from '../jobs/drop-artifacts.ts';
import type { Lease } from './lease.ts';

/** Why an attempt ended without a result. */
export type AttemptEnd =
  | { readonly kind: 'lease_expired' }
  | { readonly kind: 'worker_replaced' }
  | { readonly kind: 'released' }
  | { readonly kind: 'failed'; readonly error: JobError; readonly retryable: boolean };

const MAX_TRIES = 5;

/**
 * Ends an attempt: the job is cancelled or paused if its user asked for that, else queued again while attempts are
 * left, else failed. Safe with many callers at once, since the change is conditional on the token and on the order seen.
 * @returns the job as it is now; undefined when the token belongs to no current or last attempt
 */
export async function endAttempt(services: Services, lease: Lease, end: AttemptEnd): Promise<JobRow | undefined> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const nowMs = services.clock.nowMs();
    const job = await findLeasedJob(services.db, lease);
    if (job?.status !== 'running') return job;
    if (end.kind === 'lease_expired' && (job.leaseExpiresMs ?? 0) > nowMs) return job;
    const guard = {
      ...lease,
      status: 'running',
      requestedOrder: job.requestedOrder,
      leaseExpiredByMs: end.kind === 'lease_expired' ? nowMs : undefined,
    } as const;
    const changed = await changeJob(services.db, guard, changeFor({ job, end }, nowMs));
    if (changed) return await settled(services, changed);
  }
  return findLeasedJob(services.db, lease);
}

async function settled(services: Services, job: JobRow): Promise<JobRow> {
  if (job.status !== 'failed' && job.status !== 'cancelled') return job;
  services.wakeOutbox();
  await dropArtifacts(services, job.id, ARTIFACTS);
  return job;
}

interface Attempt {
  readonly job: JobRow;
  readonly end: AttemptEnd;
}

// A worker that shuts down in good order costs no attempt. A death always does, or a job that kills its worker would run for ever.
const isCounted = ({ kind }: AttemptEnd): boolean => kind !== 'released';

function changeFor(attempt: Attempt, nowMs: number): JobChange {
  const { job, end } = attempt;
  if (job.requestedOrder === 'cancel') return finishChange(job, { status: 'cancelled' }, nowMs);
  if (end.kind === 'failed' && !end.retryable) return finishChange(job, { status: 'failed', error: end.error }, nowMs);
  if (job.requestedOrder === 'pause') return pausedChange(attempt, nowMs);
  if (isCounted(end) && job.attempts >= LIMITS.jobAttempts)
    return finishChange(job, { status: 'failed', error: lastError(job, end) }, nowMs);
  return requeuedChange(attempt, nowMs);
}

const attemptsUsed = ({ job, end }: Attempt): number => (isCounted(end) ? job.attempts : Math.max(0, job.attempts - 1));

const pausedChange = (attempt: Attempt, nowMs: number): JobChange => ({
  set: { status: 'paused', requestedOrder: null, leaseExpiresMs: null, attempts: attemptsUsed(attempt) },
  events: [jobMessage(attempt.job.id, nowMs, 'The job was paused', { data: { status: 'paused' } })],
});

const requeuedChange = (attempt: Attempt, nowMs: number): JobChange => ({
  set: { status: 'queued', leaseExpiresMs: null, attempts: attemptsUsed(attempt) },
  events: [
    jobMessage(
      attempt.job.id,
      nowMs,
      `${reasonOf(attempt.end)}; the job is queued again and resumes from its last checkpoint`,
      { level: attempt.end.kind === 'released' ? 'info' : 'warn', data: { status: 'queued' } },
    ),
  ],
});

function reasonOf(end: AttemptEnd): string {
  switch (end.kind) {
    case 'lease_expired':
      return 'The worker stopped answering';
    case 'worker_replaced':
      return 'The worker was restarted';
    case 'released':
      return 'The worker shut down';
    case 'failed':
      return `The attempt failed (${end.error.message})`;
    default:
      return end satisfies never;
  }
}

function lastError(job: JobRow, end: AttemptEnd): JobError {
  if (end.kind === 'failed') return { ...end.error, message: `${end.error.message} (tried ${job.attempts} times)` };
  return {
    code: 'attempts_exhausted',
    message: `the worker stopped ${job.attempts} times before the job was done, most likely for want of memory: start a worker with more, lower batch_size or levi.max_length, and create the job again`,
    param: null,
  };
}
