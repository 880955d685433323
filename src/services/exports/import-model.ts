import { createId, fineTunedModelId, firstMistake, LevigateError, LIMITS } from '../../contract/index.ts';
import type { Model } from '../../contract/index.ts';
import { readAdapterHeader } from '../../levi/adapter/read-header.ts';
import { ArchiveError } from '../../levi/archives/archive-error.ts';
import { readMember, tarMembers } from '../../levi/archives/tar-members.ts';
import { readChunks } from '../../levi/sources/read-chunks.ts';
import { insertImportedModel } from '../../store/queries/import-model.ts';
import type { ImportedModel } from '../../store/queries/import-model.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { jobMessage } from '../jobs/job-event-row.ts';
import type { StoredBlob } from '../ports.ts';
import { findBackbone } from '../models/find-backbone.ts';
import { toModel } from '../models/to-wire.ts';
import { EXPORT_FILES, ExportManifest } from './export-manifest.ts';

export interface ImportModel {
  /** A tar of `exportModel` with the format `adapter`. */
  readonly body: ReadableStream<Uint8Array>;
  readonly suffix?: string | undefined;
}

interface Received {
  readonly manifest: ExportManifest;
  readonly adapter: StoredBlob & { readonly blobKey: string };
  readonly report: (StoredBlob & { readonly blobKey: string }) | null;
}

const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

/**
 * Takes over a model of another Levigate, byte for byte, so that it answers the same. It comes with a job that has succeeded already, which holds its report
 * and says where it is from. Its numbers are checked by the worker that first serves it.
 */
export async function importModel(ctx: Context, { body, suffix }: ImportModel): Promise<Model> {
  requireScope(ctx, 'models:write');
  const { services, actor } = ctx;
  const nowMs = services.clock.nowMs();
  const jobId = createId('job', nowMs);
  const written: string[] = [];
  try {
    const received = await receive(ctx, jobId, { body, written });
    await check(ctx, received);
    const name = suffix ?? received.manifest.job.suffix;
    const rows = toRows(received, { jobId, projectId: actor.projectId, suffix: name, createdMs: nowMs });
    await insertImportedModel(services.db, rows);
    return toModel(rows.model);
  } catch (error) {
    for (const key of written) await services.blobs.delete(key);
    if (error instanceof ArchiveError) throw invalid(error.message, error);
    throw error;
  }
}

interface NewJob {
  readonly jobId: string;
  readonly projectId: string;
  readonly suffix: string | null;
  readonly createdMs: number;
}

/** The model, and the job that it comes with. */
function toRows({ manifest, adapter, report }: Received, { jobId, projectId, suffix, createdMs }: NewJob) {
  const { job, backbone } = manifest;
  const model = {
    id: fineTunedModelId({ base: backbone.id, project: projectId, suffix, job: jobId }),
    projectId,
    jobId,
    backbone: backbone.id,
    method: manifest.method,
    labels: manifest.labels,
    adapterSha256: adapter.sha256,
    adapterBytes: adapter.sizeBytes,
    adapterKey: adapter.blobKey,
    createdMs,
    driftReference: manifest.drift_reference,
    step: null,
    metrics: null,
  };
  const imported = jobMessage(jobId, createdMs, `Imported from ${manifest.model}`, {
    data: { status: 'succeeded', fine_tuned_model: model.id },
  });
  return {
    model,
    job: {
      id: jobId,
      projectId,
      status: 'succeeded',
      model: backbone.id,
      trainingFile: job.training_file,
      validationFile: job.validation_file,
      suffix,
      seed: job.seed,
      hyperparameters: job.hyperparameters,
      levi: job.levi,
      metadata: { imported_from: manifest.model.slice(0, LIMITS.metadataValueChars) },
      fineTunedModel: model.id,
      resultFiles: [],
      trainedTokens: job.trained_tokens,
      createdMs,
      finishedMs: createdMs,
    },
    artifacts: [
      { name: 'adapter' as const, ...adapter },
      ...(report ? [{ name: 'report' as const, ...report }] : []),
    ].map((artifact) => ({ ...artifact, jobId, createdMs })),
    events: [imported],
  } satisfies ImportedModel;
}

async function receive(
  { services }: Context,
  jobId: string,
  { body, written }: { readonly body: ReadableStream<Uint8Array>; readonly written: string[] },
): Promise<Received> {
  const keep = async (name: string, content: ReadableStream<Uint8Array>) => {
    const blobKey = `jobs/${jobId}/${name}-${crypto.randomUUID()}`;
    written.push(blobKey);
    return { blobKey, ...(await services.blobs.put(blobKey, content, { maxBytes: LIMITS.adapterBytes })) };
  };
  let manifest: ExportManifest | undefined;
  let adapter: Received['adapter'] | undefined;
  let report: Received['report'] = null;
  for await (const member of tarMembers(readChunks(body))) {
    if (member.path === EXPORT_FILES.manifest) manifest = toManifest(await readMember(member, MAX_MANIFEST_BYTES));
    else if (member.path === EXPORT_FILES.report) report = await keep('report', member.body);
    else if (member.path === EXPORT_FILES.adapter) adapter = await keep('adapter', member.body);
  }
  if (manifest && adapter) return { manifest, adapter, report };
  throw invalid(
    `holds no ${manifest ? EXPORT_FILES.adapter : EXPORT_FILES.manifest}: send what GET /v1/models/{model}/export?format=adapter gave`,
  );
}

function toManifest(bytes: Uint8Array): ExportManifest {
  const parsed = ExportManifest.safeParse(parseJson(new TextDecoder().decode(bytes)));
  if (parsed.success) return parsed.data;
  const { path, message } = firstMistake(parsed.error);
  throw invalid(`has a ${EXPORT_FILES.manifest} whose "${path}" is wrong: ${message}`);
}

async function check({ services }: Context, { manifest, adapter }: Received): Promise<void> {
  if (adapter.sha256 !== manifest.adapter.sha256)
    throw invalid(`was damaged: its adapter has the hash ${adapter.sha256}, not ${manifest.adapter.sha256}`);
  const read = async (offset: number, length: number): Promise<Uint8Array> =>
    (await services.blobs.read(adapter.blobKey, { offset, length })) ?? new Uint8Array(length);
  await readAdapterHeader(read, adapter.sizeBytes);
  const { id } = manifest.backbone;
  if (findBackbone(services, id)) return;
  throw new LevigateError(
    'unknown_backbone',
    `the model reads with the backbone "${id}", which is none of this installation: add it to the catalogue`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const invalid = (problem: string, cause?: unknown): LevigateError =>
  new LevigateError('invalid_request', `the archive ${problem}`, { cause });
