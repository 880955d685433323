import { LevigateError } from '../../contract/index.ts';
import { findJob } from '../../store/queries/jobs.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import type { Context } from '../context.ts';

/** The caller's job; one that is missing or another project's is the same `job_not_found`. */
export async function requireJob({ services, actor }: Context, id: string): Promise<JobRow> {
  const row = await findJob(services.db, { id, projectId: actor.projectId });
  if (row) return row;
  throw new LevigateError(
    'job_not_found',
    `there is no fine-tuning job "${id}" in this project: list the jobs to see their ids`,
    {
      param: 'fine_tuning_job_id',
    },
  );
}
