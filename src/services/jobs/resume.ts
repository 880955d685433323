import { isFinished } from '../../contract/index.ts';
import type { Job } from '../../contract/index.ts';
import type { JobChange } from '../../store/queries/change-job.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { alreadyFinished } from './cancel.ts';
import { changeUntilHeld } from './change-until-held.ts';
import { jobMessage } from './job-event-row.ts';

/** A paused job is queued again; a pause that no worker obeyed yet is taken back. */
export async function resumeJob(ctx: Context, jobId: string): Promise<Job> {
  requireScope(ctx, 'jobs:write');
  return changeUntilHeld(ctx, jobId, resumeChange);
}

function resumeChange(job: JobRow, nowMs: number): JobChange | null {
  if (isFinished(job.status)) throw alreadyFinished(job);
  if (job.requestedOrder === 'pause')
    return { set: { requestedOrder: null }, events: [jobMessage(job.id, nowMs, 'The pause was taken back')] };
  if (job.status !== 'paused') return null;
  return {
    set: { status: 'queued' },
    events: [jobMessage(job.id, nowMs, 'The job is queued again', { data: { status: 'queued' } })],
  };
}
