import { createId, LevigateError } from '../../contract/index.ts';
import type { Job, LeviOptions } from '../../contract/index.ts';
import { findJobArtifact } from '../../store/queries/job-artifacts.ts';
import { insertJobOnce } from '../../store/queries/jobs.ts';
import type { JobRow, NewJobRow } from '../../store/queries/jobs.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireFile } from '../files/require-file.ts';
import { dedupeOf, findFirstJob } from './dedupe.ts';
import type { CreationHeaders } from './dedupe.ts';
import { filesOfJob } from './files-of-job.ts';
import { jobMessage } from './job-event-row.ts';
import { requireJob } from './require-job.ts';
import { toJob } from './to-wire.ts';

/**
 * Queues a job that trains a succeeded one again and compares the adapters; it makes no model. A retry of the same request
 * gets the first verification. Rejects with `job_not_succeeded`, `unsupported_option` (a verification is none to verify) or `file_not_found`.
 */
export async function verifyJob(ctx: Context, jobId: string, headers: CreationHeaders): Promise<Job> {
  requireScope(ctx, 'jobs:write');
  const { services } = ctx;
  const verified = await requireJob(ctx, jobId);
  await assertVerifiable(ctx, verified);
  const dedupe = dedupeOf(ctx, { verifies: jobId }, headers);
  const first = await findFirstJob(ctx, dedupe);
  if (first) return toJob(first, services.clock.nowMs());
  const nowMs = services.clock.nowMs();
  const job = { ...jobLike(verified, nowMs), dedupeKey: dedupe.key };
  const events = [
    jobMessage(job.id, nowMs, `Created a verification of ${jobId}: ${job.id}`, { data: { status: 'queued' } }),
  ];
  const isInserted = await insertJobOnce(services.db, job, events, dedupe.window);
  // Another request of the same wish was faster.
  const row = isInserted ? await requireJob(ctx, job.id) : await findFirstJob(ctx, dedupe);
  if (!row) throw new Error(`internal: ${job.id} was neither inserted nor found`);
  return toJob(row, nowMs);
}

async function assertVerifiable(ctx: Context, { id, status, verifies, ...job }: JobRow): Promise<void> {
  const param = 'fine_tuning_job_id';
  if (verifies !== null) {
    throw new LevigateError('unsupported_option', `${id} is itself a verification: verify ${verifies} again instead`, {
      param,
    });
  }
  if (status !== 'succeeded') {
    throw new LevigateError(
      'job_not_succeeded',
      `${id} is ${status}: only a job that succeeded has an adapter to compare with`,
      { param },
    );
  }
  if ((await findJobArtifact(ctx.services.db, { jobId: id, name: 'adapter' })) === undefined)
    throw new LevigateError('not_found', `${id} has no adapter whose hash is known: there is nothing to compare with`);
  for (const file of filesOfJob({ ...job, levi: withoutComparisons(job.levi) })) {
    try {
      await requireFile(ctx, file.id, file.param);
    } catch (cause) {
      if (!(cause instanceof LevigateError) || cause.code !== 'file_not_found') throw cause;
      throw new LevigateError(
        'file_not_found',
        `${file.param}: ${id} cannot be verified, as its file ${file.id} was deleted or has expired. An upload of the same content is another file: create a job with it and compare the reports.`,
        { param: file.param, cause },
      );
    }
  }
}

function jobLike(
  { id, projectId, model, trainingFile, validationFile, ...job }: JobRow,
  nowMs: number,
): NewJobRow & { id: string } {
  return {
    id: createId('job', nowMs),
    projectId,
    status: 'queued',
    model,
    trainingFile,
    validationFile,
    seed: job.seed,
    hyperparameters: job.hyperparameters,
    levi: withoutComparisons(job.levi),
    metadata: null,
    resultFiles: [],
    createdMs: nowMs,
    verifies: id,
  };
}

/** What only the report shows and no choice sees: the adapter is the same without, in less time. */
function withoutComparisons(levi: LeviOptions): LeviOptions {
  const { shift_files: _, baselines: __, seeds: ___, report: ____, ...choices } = levi;
  return choices;
}
