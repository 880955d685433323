import { createId, EPOCH_ARTIFACTS, fineTunedModelId, LevigateError } from '../../contract/index.ts';
import type { CompleteJob, JobStatus, Verification } from '../../contract/index.ts';
import { changeJob } from '../../store/queries/change-job.ts';
import type { JobChange } from '../../store/queries/change-job.ts';
import { listJobArtifacts } from '../../store/queries/job-artifacts.ts';
import type { JobArtifactRow } from '../../store/queries/job-artifacts.ts';
import { SQL_LIMITS } from '../../store/sql-limits.ts';
import { findLeasedJob } from '../../store/queries/leases.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { finishChange } from '../jobs/finish-change.ts';
import { jobMessage, workerEventRow } from '../jobs/job-event-row.ts';
import type { Services } from '../ports.ts';
import { dropArtifacts } from '../jobs/drop-artifacts.ts';
import { endAttempt } from './end-attempt.ts';
import { judgeVerification } from './judge-verification.ts';
import { leaseLost } from './lease.ts';

const MAX_TRIES = 5;

/**
 * Ends the job with its model, or a verification with its verdict: job, model, result file, last events and webhook event in one batch. A worker's
 * retry with the same token gets the same answer and writes nothing. A job that its user cancelled meanwhile is cancelled.
 * @returns the status the job has now
 */
export async function completeJob(
  services: Services,
  jobId: string,
  result: CompleteJob,
): Promise<{ status: JobStatus }> {
  const lease = { jobId, leaseToken: result.lease_token };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const job = await findLeasedJob(services.db, lease);
    if (job?.status === 'succeeded' || job?.status === 'cancelled') return { status: job.status };
    if (job?.status !== 'running') throw leaseLost(lease);
    if (job.requestedOrder === 'cancel') {
      await endAttempt(services, lease, { kind: 'released' });
      continue;
    }
    const artifacts = await listJobArtifacts(services.db, jobId);
    const adapter = requireAdapter(artifacts, { name: 'adapter', sha256: result.adapter_sha256 });
    const { verifies } = job;
    const change =
      verifies === null
        ? succeededChange(job, { result, artifacts, adapter }, services.clock.nowMs())
        : verifiedChange(
            job,
            { result, verification: await judgeVerification(services, { verifies, adapter }) },
            services.clock.nowMs(),
          );
    const guard = { ...lease, status: 'running', requestedOrder: job.requestedOrder } as const;
    if (!(await changeJob(services.db, guard, change))) continue;
    services.wakeOutbox();
    const done = verifies === null ? [] : (['adapter', 'result', ...EPOCH_ARTIFACTS] as const);
    await dropArtifacts(services, jobId, ['checkpoint', ...done]);
    return { status: 'succeeded' };
  }
  throw leaseLost(lease);
}

/** A verification ends with its verdict instead of a model. */
function verifiedChange(
  job: JobRow,
  { result, verification }: { readonly result: CompleteJob; readonly verification: Verification },
  nowMs: number,
): JobChange {
  const events = result.events.map((event) =>
    workerEventRow({ jobId: job.id, leaseToken: result.lease_token }, event, nowMs),
  );
  const finish = finishChange(job, { status: 'succeeded', verification }, nowMs);
  return {
    ...finish,
    set: { ...finish.set, trainedTokens: result.trained_tokens },
    events: [...events, ...(finish.events ?? [])],
  };
}

interface Success {
  readonly result: CompleteJob;
  readonly artifacts: readonly JobArtifactRow[];
  readonly adapter: JobArtifactRow;
}

function succeededChange(job: JobRow, { result, artifacts, adapter }: Success, nowMs: number): JobChange {
  const modelId = fineTunedModelId({ base: job.model, project: job.projectId, suffix: job.suffix, job: job.id });
  const files = artifacts.filter(({ name }) => name === 'result').map((artifact) => resultFile(job, artifact, nowMs));
  const modelOf = ({ sha256, sizeBytes, blobKey }: JobArtifactRow) => ({
    projectId: job.projectId,
    jobId: job.id,
    backbone: job.model,
    method: result.method,
    labels: result.labels,
    adapterSha256: sha256,
    adapterBytes: sizeBytes,
    adapterKey: blobKey,
    createdMs: nowMs,
  });
  const events = [
    ...result.events.map((event) => workerEventRow({ jobId: job.id, leaseToken: result.lease_token }, event, nowMs)),
    jobMessage(job.id, nowMs, `New fine-tuned model created: ${modelId}`),
  ];
  // Made after the events above, so that its id sorts last.
  const finish = finishChange(job, { status: 'succeeded', fineTunedModel: modelId }, nowMs);
  return {
    ...finish,
    set: { ...finish.set, trainedTokens: result.trained_tokens, resultFiles: files.map(({ id }) => id) },
    events: [...events, ...(finish.events ?? [])],
    files,
    models: [
      { ...modelOf(adapter), id: modelId, driftReference: fits(result) ? result.drift_reference : null },
      ...result.checkpoints.map(({ artifact: name, sha256, step, metrics }) => ({
        ...modelOf(requireAdapter(artifacts, { name, sha256 })),
        id: `${modelId}:ckpt-step-${step}`,
        step,
        metrics,
      })),
    ],
  };
}

/** Labels stand in it again: with a thousand of the longest, a row would be too large, and the model goes without a drift watch. */
const fits = ({ labels, drift_reference: reference }: CompleteJob): boolean =>
  new TextEncoder().encode(JSON.stringify([labels, reference])).length < 0.9 * SQL_LIMITS.valueBytes;

function requireAdapter(
  artifacts: readonly JobArtifactRow[],
  { name: wanted, sha256 }: Pick<JobArtifactRow, 'name' | 'sha256'>,
): JobArtifactRow {
  const adapter = artifacts.find(({ name }) => name === wanted);
  if (adapter?.sha256 === sha256) return adapter;
  const found = adapter ? `the uploaded adapter has the hash ${adapter.sha256}` : `no ${wanted} was uploaded`;
  throw new LevigateError('invalid_request', `${found}, not ${sha256}: upload the adapter, then complete the job`, {
    param: 'adapter_sha256',
  });
}

/** OpenAI's result file: a file of the project's own that shares the artifact's blob. */
const resultFile = (job: JobRow, { blobKey, sizeBytes, sha256 }: JobArtifactRow, nowMs: number) => ({
  id: createId('file', nowMs),
  projectId: job.projectId,
  filename: `${job.id}-step_metrics.csv`,
  purpose: 'fine-tune-results' as const,
  sizeBytes,
  sha256,
  blobKey,
  createdMs: nowMs,
  expiresMs: null,
});
