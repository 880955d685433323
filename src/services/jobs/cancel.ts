import { isFinished, LevigateError } from '../../contract/index.ts';
import type { Job } from '../../contract/index.ts';
import type { JobChange } from '../../store/queries/change-job.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { dropArtifacts } from './drop-artifacts.ts';
import { changeUntilHeld } from './change-until-held.ts';
import { finishChange } from './finish-change.ts';
import { jobMessage } from './job-event-row.ts';

/** A job that no worker holds ends at once; a running one ends when its worker hears of it with its next heartbeat. */
export async function cancelJob(ctx: Context, jobId: string): Promise<Job> {
  requireScope(ctx, 'jobs:write');
  const job = await changeUntilHeld(ctx, jobId, cancelChange);
  if (job.status === 'cancelled') await dropArtifacts(ctx.services, jobId, ['checkpoint']);
  return job;
}

function cancelChange(job: JobRow, nowMs: number): JobChange | null {
  if (isFinished(job.status)) throw alreadyFinished(job);
  if (job.status !== 'running') return finishChange(job, { status: 'cancelled' }, nowMs);
  if (job.requestedOrder === 'cancel') return null;
  return { set: { requestedOrder: 'cancel' }, events: [jobMessage(job.id, nowMs, 'Cancellation requested')] };
}

export const alreadyFinished = ({ id, status }: JobRow): LevigateError =>
  new LevigateError('job_already_finished', `${id} is ${status} already: its end cannot be changed`, {
    param: 'fine_tuning_job_id',
  });
