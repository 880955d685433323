import { toPage } from '../../contract/index.ts';
import type { JobEvent, Page, PageQuery } from '../../contract/index.ts';
import { listJobEvents as selectEvents } from '../../store/queries/job-events.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireJob } from './require-job.ts';
import { toJobEvent } from './to-wire.ts';

/** Newest first. */
export async function listJobEvents(ctx: Context, jobId: string, query: PageQuery): Promise<Page<JobEvent>> {
  requireScope(ctx, 'jobs:read');
  await requireJob(ctx, jobId);
  const rows = await selectEvents(ctx.services.db, { ...query, jobId, limit: query.limit + 1 });
  return toPage(rows.slice(0, query.limit).map(toJobEvent), rows.length > query.limit);
}
