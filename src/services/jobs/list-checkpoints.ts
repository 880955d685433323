import { toPage } from '../../contract/index.ts';
import type { JobCheckpoint, Page, PageQuery } from '../../contract/index.ts';
import { listJobCheckpoints } from '../../store/queries/models.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { requireScope, toSeconds } from '../context.ts';
import type { Context } from '../context.ts';
import { requireJob } from './require-job.ts';

/** The model after each of its last epochs, last first; none where what is served has no epochs, or is of several targets. */
export async function listCheckpoints(ctx: Context, jobId: string, query: PageQuery): Promise<Page<JobCheckpoint>> {
  requireScope(ctx, 'jobs:read');
  await requireJob(ctx, jobId);
  const all = (await listJobCheckpoints(ctx.services.db, jobId)).flatMap(toCheckpoint);
  const from = query.after === undefined ? 0 : all.findIndex(({ id }) => id === query.after) + 1;
  return toPage(all.slice(from, from + query.limit), all.length > from + query.limit);
}

function toCheckpoint({ id, jobId, step, metrics, createdMs }: ModelRow): JobCheckpoint[] {
  if (step === null || metrics === null) return [];
  return [
    {
      id: `ftckpt_${jobId.replace(/^ftjob-/, '')}-${step}`,
      object: 'fine_tuning.job.checkpoint',
      created_at: toSeconds(createdMs),
      fine_tuned_model_checkpoint: id,
      fine_tuning_job_id: jobId,
      step_number: step,
      metrics,
    },
  ];
}
