import { isFinished } from '../../contract/index.ts';
import type { Job } from '../../contract/index.ts';
import type { JobChange } from '../../store/queries/change-job.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { alreadyFinished } from './cancel.ts';
import { changeUntilHeld } from './change-until-held.ts';
import { jobMessage } from './job-event-row.ts';

/** A queued job pauses at once; a running one after its worker stored a checkpoint. */
export async function pauseJob(ctx: Context, jobId: string): Promise<Job> {
  requireScope(ctx, 'jobs:write');
  return changeUntilHeld(ctx, jobId, pauseChange);
}

function pauseChange(job: JobRow, nowMs: number): JobChange | null {
  if (isFinished(job.status)) throw alreadyFinished(job);
  if (job.status === 'paused' || job.requestedOrder !== null) return null;
  if (job.status === 'running')
    return { set: { requestedOrder: 'pause' }, events: [jobMessage(job.id, nowMs, 'Pause requested')] };
  return {
    set: { status: 'paused' },
    events: [jobMessage(job.id, nowMs, 'The job was paused', { data: { status: 'paused' } })],
  };
}
