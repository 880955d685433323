import { LevigateError } from '../../contract/index.ts';
import { readAdapterHeader } from '../../levi/adapter/read-header.ts';
import { textMember, writeTar } from '../../levi/archives/write-tar.ts';
import type { TarMember } from '../../levi/archives/write-tar.ts';
import { findJobArtifact } from '../../store/queries/job-artifacts.ts';
import { findJob } from '../../store/queries/jobs.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import type { ModelRow } from '../../store/queries/models.ts';
import { toSeconds } from '../context.ts';
import type { Context } from '../context.ts';
import { EXPORT_FILES } from './export-manifest.ts';
import type { ExportManifest } from './export-manifest.ts';

/** The adapter with its manifest and its job's report, as a tar that is read from the store as it is sent. */
export async function exportAdapter(ctx: Context, model: ModelRow): Promise<ReadableStream<Uint8Array>> {
  const { db } = ctx.services;
  const job = await findJob(db, { id: model.jobId, projectId: model.projectId });
  if (!job) throw new Error(`internal: ${model.id} is there without its job`);
  const report = await findJobArtifact(db, { jobId: model.jobId, name: 'report' });
  const manifest = await describe(ctx, model, job);
  return writeTar([
    textMember(EXPORT_FILES.manifest, `${JSON.stringify(manifest, null, 2)}\n`),
    ...(report ? [blobMember(ctx, EXPORT_FILES.report, { key: report.blobKey, sizeBytes: report.sizeBytes })] : []),
    blobMember(ctx, EXPORT_FILES.adapter, { key: model.adapterKey, sizeBytes: model.adapterBytes }),
  ]);
}

async function describe({ services }: Context, model: ModelRow, job: JobRow): Promise<ExportManifest> {
  const read = async (offset: number, length: number): Promise<Uint8Array> => {
    const bytes = await services.blobs.read(model.adapterKey, { offset, length });
    if (bytes) return bytes;
    throw gone(model.adapterKey);
  };
  const targets = [...(await readAdapterHeader(read, model.adapterBytes))];
  const backbone = targets[0]?.[1].backbone ?? { id: model.backbone, fingerprint: '' };
  return {
    object: 'export.adapter',
    version: 1,
    model: model.id,
    created: toSeconds(model.createdMs),
    backbone,
    method: model.method,
    labels: model.labels,
    adapter: { sha256: model.adapterSha256, bytes: model.adapterBytes },
    job: {
      id: job.id,
      training_file: job.trainingFile,
      validation_file: job.validationFile,
      suffix: job.suffix,
      seed: job.seed,
      hyperparameters: job.hyperparameters,
      levi: job.levi,
      trained_tokens: job.trainedTokens,
    },
    drift_reference: model.driftReference,
    provenance: Object.fromEntries(targets.map(([name, { provenance }]) => [name, provenance])),
  };
}

const blobMember = (
  { services }: Context,
  path: string,
  { key, sizeBytes }: { readonly key: string; readonly sizeBytes: number },
): TarMember => ({
  path,
  sizeBytes,
  open: async () => {
    const content = await services.blobs.get(key);
    if (content) return content.body;
    throw gone(key);
  },
});

const gone = (key: string): LevigateError =>
  new LevigateError('model_not_found', `the model was deleted: ${key} is gone`);
