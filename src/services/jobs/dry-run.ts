import type { CreateJobRequest, DryRun } from '../../contract/index.ts';
import type { NumberedRecord } from '../../levi/records/training-record.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { checkFiles } from './check-files.ts';
import { checkRequest } from './check-request.ts';
import { estimateDuration } from './estimate-duration.ts';

const PREVIEW_CHARS = 500;

/** What creating a job would refuse or warn of, and what it would take; makes nothing. */
export async function dryRunJob(ctx: Context, request: CreateJobRequest): Promise<DryRun> {
  requireScope(ctx, 'jobs:write');
  const { training, lint, preview, tokens } = await checkFiles(ctx, request, checkRequest(ctx.services, request));
  return {
    object: 'fine_tuning.dry_run',
    lint: [...lint],
    preview: preview.map(toPreview),
    rows: training.rows,
    labels: training.targets[0]?.labels ?? {},
    targets: training.targets.map(({ name, task, labels, values }) => ({ name, task, labels, values })),
    estimate: await estimateDuration(ctx, { model: request.model, tokens }),
  };
}

const toPreview = ({ line, record: { text, label, labels, fields } }: NumberedRecord): DryRun['preview'][number] => ({
  line,
  text: text.slice(0, PREVIEW_CHARS).toWellFormed(),
  label,
  ...(labels === undefined ? {} : { labels }),
  ...(fields === undefined ? {} : { fields }),
});
