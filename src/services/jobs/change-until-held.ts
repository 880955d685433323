import type { Job } from '../../contract/index.ts';
import { changeJob } from '../../store/queries/change-job.ts';
import type { JobChange } from '../../store/queries/change-job.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import type { Context } from '../context.ts';
import { requireJob } from './require-job.ts';
import { toJob } from './to-wire.ts';

const MAX_TRIES = 5;

/**
 * Changes a job by what it is now, looking again when it changed in between (a worker claimed or finished it).
 * @param changeFor null leaves the job as it is
 */
export async function changeUntilHeld(
  ctx: Context,
  jobId: string,
  changeFor: (job: JobRow, nowMs: number) => JobChange | null,
): Promise<Job> {
  const { services } = ctx;
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const nowMs = services.clock.nowMs();
    const job = await requireJob(ctx, jobId);
    const change = changeFor(job, nowMs);
    if (!change) return toJob(job, nowMs);
    const { status, requestedOrder } = job;
    const changed = await changeJob(services.db, { jobId, status, requestedOrder }, change);
    if (!changed) continue;
    if (change.webhookEvents !== undefined) services.wakeOutbox();
    return toJob(changed, nowMs);
  }
  throw new Error(`internal: ${jobId} changed ${MAX_TRIES} times while one request tried to change it`);
}
