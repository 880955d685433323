import { z } from 'zod';
import { FineTuningReport, LevigateError, TargetReport } from '../../contract/index.ts';
import { toReportCsv } from '../../levi/report/report-csv.ts';
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

const shown = { target: true, served: true, methods: true } as const;
const ReportTable = FineTuningReport.pick(shown).extend({ other_targets: z.array(TargetReport.pick(shown)) });

/** The report's table as CSV. Rejects with `unsupported_option` for a report that an older release wrote in another form. */
export async function getJobReportCsv(ctx: Context, jobId: string): Promise<string> {
  const { body } = await getJobReport(ctx, jobId);
  const report = ReportTable.safeParse(await new Response(body).json());
  if (report.success) return toReportCsv(report.data);
  throw new LevigateError(
    'unsupported_option',
    `format: the report of ${jobId} was written by another release and cannot be read as a table. Leave the format out to get it as JSON.`,
    { param: 'format' },
  );
}
