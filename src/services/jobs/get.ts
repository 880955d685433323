import type { Job } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireJob } from './require-job.ts';
import { toJob } from './to-wire.ts';

export async function getJob(ctx: Context, id: string): Promise<Job> {
  requireScope(ctx, 'jobs:read');
  return toJob(await requireJob(ctx, id), ctx.services.clock.nowMs());
}
