import type { JobEvent, Page, PageQuery } from '../../contract/index.ts';
import { listJobEvents as selectEvents } from '../../store/queries/job-events.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { requireJob } from './require-job.ts';
import { toJobEvent } from './to-wire.ts';

/** Newest first. */
export async function listJobEvents(ctx: Context, jobId: string, query: PageQuery): Promise<Page<JobEvent>> {
  requireScope(ctx, 'jobs:read');
  await requireJob(ctx, jobId);
  return readPage(query, {
    read: (asked) => selectEvents(ctx.services.db, { ...asked, jobId }),
    toItem: toJobEvent,
  });
}
