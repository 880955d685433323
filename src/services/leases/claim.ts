import { randomBytes } from 'node:crypto';
import type { LeasedJob } from '../../contract/index.ts';
import { findFileOfJob } from '../../store/queries/files.ts';
import { findJobArtifact } from '../../store/queries/job-artifacts.ts';
import { claimQueuedJob } from '../../store/queries/leases.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { insertJobEvents } from '../../store/queries/job-events.ts';
import { findProject } from '../../store/queries/projects.ts';
import { findWorker } from '../../store/queries/workers.ts';
import { filesOfJob } from '../jobs/files-of-job.ts';
import { jobMessage } from '../jobs/job-event-row.ts';
import type { Services } from '../ports.ts';
import { workerNotKnown } from './worker-not-known.ts';
import { endAttempt } from './end-attempt.ts';

const MAX_BROKEN_JOBS = 10;

/**
 * Leases the next queued job to a worker. A job whose files are gone fails here, readably, and the next one is taken.
 * @returns null when nothing is queued
 */
export async function claimJob(services: Services, workerId: string): Promise<LeasedJob | null> {
  const worker = await findWorker(services.db, workerId);
  if (!worker) throw workerNotKnown(workerId);
  for (let broken = 0; broken < MAX_BROKEN_JOBS; broken += 1) {
    const nowMs = services.clock.nowMs();
    const leaseToken = randomBytes(24).toString('base64url');
    const leaseExpiresMs = nowMs + services.settings.leaseDurationMs;
    const job = await claimQueuedJob(services.db, { workerId, leaseToken, leaseExpiresMs, nowMs });
    if (!job) return null;
    const leased = await toLeasedJob(services, job, leaseToken);
    if (leased) {
      const message =
        leased.has_checkpoint || job.attempts > 1
          ? `Fine-tuning job resumed (attempt ${job.attempts})`
          : 'Fine-tuning job started';
      const data = { status: 'running', attempt: job.attempts, worker: worker.name };
      await insertJobEvents(services.db, [jobMessage(job.id, nowMs, message, { data })]);
      return leased;
    }
  }
  return null;
}

async function toLeasedJob(services: Services, job: JobRow, leaseToken: string): Promise<LeasedJob | null> {
  const { db, settings } = services;
  const [project, checkpoint, rows] = await Promise.all([
    findProject(db, job.projectId),
    findJobArtifact(db, { jobId: job.id, name: 'checkpoint' }),
    Promise.all(filesOfJob(job).map(({ id }) => findFileOfJob(db, { id, projectId: job.projectId }))),
  ]);
  const found = rows.filter((row) => row !== undefined);
  const files = new Map(found.map(({ id, sha256, sizeBytes }) => [id, { id, sha256, bytes: sizeBytes }]));
  const trainingFile = files.get(job.trainingFile);
  const missing = filesOfJob(job).find(({ id }) => !files.has(id));
  if (missing || !trainingFile || !project) {
    const param = missing?.param ?? 'training_file';
    const message = `${param}: the file ${missing?.id ?? job.trainingFile} was deleted before the job could start. Upload it again and create the job again.`;
    const error = { code: 'file_not_found', message, param };
    await endAttempt(services, { jobId: job.id, leaseToken }, { kind: 'failed', error, retryable: false });
    return null;
  }
  return {
    job_id: job.id,
    lease_token: leaseToken,
    lease_duration_ms: settings.leaseDurationMs,
    attempt: job.attempts,
    project_id: job.projectId,
    cache_salt: project.cacheSalt,
    backbone: job.model,
    seed: job.seed,
    hyperparameters: job.hyperparameters,
    levi: job.levi,
    training_file: trainingFile,
    validation_file: job.validationFile === null ? null : (files.get(job.validationFile) ?? null),
    shift_files: (job.levi.shift_files ?? []).flatMap(({ name, file }) => {
      const leasedFile = files.get(file);
      return leasedFile ? [{ ...leasedFile, name }] : [];
    }),
    has_checkpoint: checkpoint !== undefined,
  };
}
