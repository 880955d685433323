import { toPage } from '../../contract/index.ts';
import type { Page } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireJob } from './require-job.ts';

/** Empty: the checkpoints kept today serve to resume a job, and none of them can be served as a model. */
export async function listCheckpoints(ctx: Context, jobId: string): Promise<Page<{ readonly id: string }>> {
  requireScope(ctx, 'jobs:read');
  await requireJob(ctx, jobId);
  return toPage([], false);
}
