import { createHash } from 'node:crypto';
import { HOUR_MS, LevigateError } from '../../contract/index.ts';
import type { WorkerRequest } from '../../contract/index.ts';
import { findFile } from '../../store/queries/files.ts';
import { findJob } from '../../store/queries/jobs.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import type { Context } from '../context.ts';
import type { BlobContent } from '../ports.ts';
import { askWorker } from '../predict/ask-worker.ts';
import { exportBlobKey, grantPath, signGrant } from './grant.ts';

const RETRY_AFTER_S = 30;
/** Of what an archive holds: another one is another archive. */
const FORM = 1;

/** A folder for Transformers.js with its parity report, made by a worker once and kept for a day. */
export async function exportOnnx(ctx: Context, model: ModelRow, target: string | null): Promise<BlobContent> {
  const { blobs, clock } = ctx.services;
  const { adapterSha256: sha256, adapterBytes: bytes, backbone } = model;
  const exportId = createHash('sha256')
    .update([FORM, model.id, sha256, target ?? ''].join('\0'))
    .digest('hex');
  const made = await blobs.get(exportBlobKey(exportId));
  if (made) return made;
  const { cacheSalt } = ctx.actor.project;
  const grant = { projectId: ctx.actor.projectId, exportId, expiresMs: clock.nowMs() + HOUR_MS };
  await makeArchive(ctx, {
    backbone,
    cache_salt: cacheSalt,
    model: model.id,
    adapter: { sha256, bytes },
    target,
    source: await sourceOf(ctx, model),
    grant: { path: grantPath(grant), token: signGrant(grant, cacheSalt) },
  });
  const content = await blobs.get(exportBlobKey(exportId));
  if (content) return content;
  throw new LevigateError('worker_failed', 'the worker made the export, and it did not arrive: try again');
}

/** The worker goes on when nobody waits any more, and who asks again waits for the same one. */
async function makeArchive(ctx: Context, request: WorkerRequest<'export'>): Promise<void> {
  try {
    await askWorker(ctx, 'export', request);
  } catch (error) {
    if (!(error instanceof LevigateError) || error.code !== 'timeout') throw error;
    const seconds = ctx.services.settings.exportTimeoutMs / 1_000;
    throw new LevigateError('timeout', `the export takes longer than ${seconds} s and is still being made: ask again`, {
      cause: error,
      retryAfterS: RETRY_AFTER_S,
    });
  }
}

/** The job's files as long as they are there; without them answers cannot be compared. */
async function sourceOf(ctx: Context, { jobId }: ModelRow): Promise<WorkerRequest<'export'>['source']> {
  const { db, clock } = ctx.services;
  const { projectId } = ctx.actor;
  const job = await findJob(db, { id: jobId, projectId });
  if (!job) return null;
  const fileOf = async (id: string) => {
    const file = await findFile(db, { id, projectId, nowMs: clock.nowMs() });
    return file ? { id, sha256: file.sha256, bytes: file.sizeBytes } : null;
  };
  const training = await fileOf(job.trainingFile);
  const validation = job.validationFile === null ? null : await fileOf(job.validationFile);
  if (training === null || (job.validationFile !== null && validation === null)) return null;
  const { seed, hyperparameters, levi } = job;
  return { seed, hyperparameters, levi, training_file: training, validation_file: validation };
}
