import type { Job, Page, PageQuery } from '../../contract/index.ts';
import { listJobs as selectJobs } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { toJob } from './to-wire.ts';

export interface ListJobsQuery extends PageQuery {
  /** Pairs that must all be there; null for jobs without metadata. */
  readonly metadata?: Readonly<Record<string, string>> | null | undefined;
}

/** Newest first. */
export async function listJobs(ctx: Context, query: ListJobsQuery): Promise<Page<Job>> {
  requireScope(ctx, 'jobs:read');
  const { services, actor } = ctx;
  const nowMs = services.clock.nowMs();
  return readPage(query, {
    read: (asked) => selectJobs(services.db, { ...asked, projectId: actor.projectId }),
    toItem: (row) => toJob(row, nowMs),
  });
}
