import type { CreateJobRequest, DryRun } from '../../contract/index.ts';
import { readImageHeader } from '../../levi/images/read-image-header.ts';
import type { NumberedRecord } from '../../levi/records/training-record.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { checkFiles } from './check-files.ts';
import { checkRequest } from './check-request.ts';
import { estimateDuration } from './estimate-duration.ts';
import { resolveRequest } from './resolve-request.ts';
import { sizeOfJob } from './size-of-job.ts';

const PREVIEW_CHARS = 500;

/** What creating a job would refuse or warn of, and what it would take; makes nothing. */
export async function dryRunJob(ctx: Context, given: CreateJobRequest): Promise<DryRun> {
  requireScope(ctx, 'jobs:write');
  const { request, notes } = await resolveRequest(ctx, given);
  const backbone = checkRequest(ctx.services, request);
  const checked = await checkFiles(ctx, request, backbone);
  const { training, lint, fields, preview, tokens } = checked;
  return {
    object: 'fine_tuning.dry_run',
    notes: [...notes],
    lint: [...lint],
    preview: preview.map(toPreview),
    rows: training.rows,
    labels: training.targets[0]?.labels ?? {},
    targets: training.targets.map(({ name, task, labels, values }) => ({ name, task, labels, values })),
    fields,
    estimate: await estimateDuration(ctx, {
      ...sizeOfJob(request, checked, backbone),
      model: request.model,
      trainingTokens: tokens,
    }),
  };
}

function toPreview({ line, record }: NumberedRecord): DryRun['preview'][number] {
  const { text, label, labels, fields, image, group, weight, id } = record;
  return {
    line,
    text: text.slice(0, PREVIEW_CHARS).toWellFormed(),
    label,
    ...(labels === undefined ? {} : { labels }),
    ...(fields === undefined ? {} : { fields }),
    ...describeImage(image),
    ...(group === undefined ? {} : { group }),
    ...(weight === undefined ? {} : { weight }),
    ...(id === undefined ? {} : { id }),
  };
}

function describeImage(image: Uint8Array | undefined): Pick<DryRun['preview'][number], 'image'> {
  const header = image && readImageHeader(image);
  if (!header || 'problem' in header) return {};
  const { format, width, height } = header;
  return { image: { format, width, height, bytes: image.length } };
}
