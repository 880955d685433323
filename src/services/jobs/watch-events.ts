import { isFinished } from '../../contract/index.ts';
import type { JobEvent } from '../../contract/index.ts';
import { listJobEventsSince } from '../../store/queries/job-events.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireJob } from './require-job.ts';
import { toJobEvent } from './to-wire.ts';

const EVENTS_PER_READ = 100;

export interface EventBatch {
  /** Oldest first; empty when there was nothing new. */
  readonly events: readonly JobEvent[];
  /** No further event will come. */
  readonly isLast: boolean;
}

export interface WatchEvents {
  readonly jobId: string;
  /** Id of the last event the caller has. */
  readonly after?: string | undefined;
}

/**
 * Checks the caller's rights, then gives a function that reads what happened since the last call.
 * The caller decides when to ask again.
 */
export async function watchJobEvents(ctx: Context, { jobId, after }: WatchEvents): Promise<() => Promise<EventBatch>> {
  requireScope(ctx, 'jobs:read');
  await requireJob(ctx, jobId);
  let last = after;
  return async () => {
    // The status is read first: a job that is finished then has its last event among those read next.
    const { status } = await requireJob(ctx, jobId);
    const rows = await listJobEventsSince(ctx.services.db, { jobId, after: last, limit: EVENTS_PER_READ });
    last = rows.at(-1)?.id ?? last;
    return { events: rows.map(toJobEvent), isLast: isFinished(status) && rows.length < EVENTS_PER_READ };
  };
}
