import { LevigateError } from '../../contract/index.ts';
import { findJobArtifact } from '../../store/queries/job-artifacts.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import type { BlobContent } from '../ports.ts';
import { requireJob } from './require-job.ts';

/** The report as JSON bytes. */
export async function getJobReport(ctx: Context, jobId: string): Promise<BlobContent> {
  requireScope(ctx, 'jobs:read');
  const { status } = await requireJob(ctx, jobId);
  const { db, blobs } = ctx.services;
  const report = status === 'succeeded' ? await findJobArtifact(db, { jobId, name: 'report' }) : undefined;
  const content = report && (await blobs.get(report.blobKey));
  if (content) return content;
  throw new LevigateError(
    'not_found',
    `${jobId} has no report: it is ${status}, and the report is there once it succeeded`,
  );
}
