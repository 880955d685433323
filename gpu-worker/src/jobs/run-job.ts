import { getLogger } from '@logtape/logtape';
import { ERROR_CODES, LevigateError } from '../../../src/contract/errors.ts';
import type { JobError } from '../../../src/contract/fine-tuning.ts';
import type { ArtifactName, LeasedJob, ReleaseJob } from '../../../src/contract/worker-protocol.ts';
import type { TrainingOutcome } from '../device/device.ts';
import { GatewayError, isLeaseLost, isTransient } from '../gateway-api/gateway-error.ts';
import { retry } from '../gateway-api/retry.ts';
import { progressIn } from './job-phases.ts';
import { LeaseEnded } from './lease-ended.ts';
import { keepLease } from './lease-keeper.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { prepareTraining } from './prepare-training.ts';
import type { JobDependencies, PreparedTraining } from './prepare-training.ts';
import { toResultCsv } from './result-csv.ts';
import { sha256, toCompleted } from './to-completed.ts';
import { trainJob } from './train-job.ts';

const log = getLogger(['levigate', 'worker', 'jobs']);

// What the gateway must hear although the job is over for us: long enough to outlive its restart.
const LAST_WORD_LIMIT_MS = 90_000;

/** Carries a leased job to its end, whatever that is; never rejects. */
export async function runJob(deps: JobDependencies, lease: LeasedJob, shutdown: AbortSignal): Promise<void> {
  log.info('a job starts', { job: lease.job_id, attempt: lease.attempt, resumes: lease.has_checkpoint });
  await using keeper = keepLease(deps.client, lease, { shutdown });
  try {
    const prepared = await prepareTraining(deps, lease, keeper);
    keeper.progress(progressIn('training', 0));
    const outcome = await trainJob(deps, { lease, keeper, prepared });
    await deliver(deps, { lease, keeper, prepared, outcome });
    log.info('a job succeeded', { job: lease.job_id });
  } catch (error) {
    await endWithout(deps, { lease, keeper, error }).catch((cause: unknown) =>
      log.error('the gateway could not be told how a job ended', { job: lease.job_id, reason: String(cause) }),
    );
  }
}

interface Delivery {
  readonly lease: LeasedJob;
  readonly keeper: LeaseKeeper;
  readonly prepared: PreparedTraining;
  readonly outcome: TrainingOutcome;
}

async function deliver({ client }: JobDependencies, { lease, keeper, prepared, outcome }: Delivery): Promise<void> {
  const { adapter, curve } = outcome;
  const epochs = outcome.checkpoints.map(toCompleted(adapter));
  const report = { ...outcome.report, lint: prepared.lint };
  const artifacts: readonly (readonly [ArtifactName, Uint8Array])[] = [
    ['report', new TextEncoder().encode(JSON.stringify(report))],
    ['result', toResultCsv(curve)],
    ['adapter', adapter],
    ...epochs.flatMap(({ upload }) => (upload ? [upload] : [])),
  ];
  const held = { jobId: lease.job_id, token: lease.lease_token };
  const { signal } = keeper;
  for (const [index, [name, bytes]] of artifacts.entries()) {
    keeper.progress(progressIn('uploading', index / artifacts.length));
    await retry(() => client.upload(held, name, bytes), { signal, shouldRetry: isTransient });
  }
  // No heartbeat may run beside this: one that came after it would find the lease gone.
  const events = await keeper.finish();
  const body = {
    lease_token: lease.lease_token,
    adapter_sha256: sha256(adapter),
    method: report.served,
    labels: report.per_class.map(({ label }) => label),
    trained_tokens: prepared.trainedTokens,
    checkpoints: epochs.map(({ completed }) => completed),
    drift_reference: outcome.driftReference,
    events: events.slice(-100),
  };
  await retry(() => client.complete(lease.job_id, body), {
    signal,
    shouldRetry: isTransient,
    limitMs: Math.max(LAST_WORD_LIMIT_MS, lease.lease_duration_ms),
  });
}

const OUTCOMES = {
  cancel: 'cancelled',
  pause: 'paused',
  shutdown: 'requeue',
} as const satisfies Record<Exclude<LeaseEnded['kind'], 'lost'>, ReleaseJob['outcome']>;

interface Failure {
  readonly lease: LeasedJob;
  readonly keeper: LeaseKeeper;
  readonly error: unknown;
}

async function endWithout({ client }: JobDependencies, { lease, keeper, error }: Failure): Promise<void> {
  const reason: unknown = keeper.signal.aborted ? keeper.signal.reason : error;
  await keeper.finish();
  if (isLeaseLost(reason) || (reason instanceof LeaseEnded && reason.kind === 'lost')) {
    log.warn('the lease was lost; another attempt has the job', { job: lease.job_id });
    return;
  }
  const lastWord = (send: () => Promise<void>): Promise<void> =>
    retry(send, { signal: new AbortController().signal, shouldRetry: isTransient, limitMs: LAST_WORD_LIMIT_MS });
  const { job_id: jobId, lease_token } = lease;
  if (reason instanceof LeaseEnded && reason.kind !== 'lost') {
    const outcome = OUTCOMES[reason.kind];
    log.info('a job is given back', { job: jobId, outcome });
    return lastWord(() => client.release(jobId, { lease_token, outcome }));
  }
  const { jobError, retryable } = toJobError(reason);
  log.error('a job failed', { job: jobId, error: reason, retryable });
  await lastWord(() => client.fail(jobId, { lease_token, error: jobError, retryable }));
}

/** What the user sees, and whether another attempt may do better: the user's mistakes stay, a machine's pass. */
function toJobError(error: unknown): { jobError: JobError; retryable: boolean } {
  if (error instanceof LevigateError) {
    const { code, message, param } = error;
    return {
      jobError: { code, message, param },
      retryable: ERROR_CODES[code].status >= 429 && code !== 'training_failed',
    };
  }
  if (error instanceof GatewayError) {
    const message = `The worker could not exchange files with the gateway: ${error.message}`;
    return { jobError: { code: 'worker_failed', message, param: null }, retryable: true };
  }
  const detail = error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : String(error);
  return { jobError: { code: 'internal', message: `The worker failed: ${detail}`, param: null }, retryable: true };
}
