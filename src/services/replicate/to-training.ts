import { REPLICATE_OWNER } from '../../contract/index.ts';
import type { JobStatus, ReplicateTraining } from '../../contract/index.ts';
import type { JobRow } from '../../store/queries/jobs.ts';

/** What a job's metadata keeps for this façade. */
export const DESTINATION = 'replicate_destination';

const STATUSES = {
  validating_files: 'starting',
  queued: 'starting',
  paused: 'starting',
  running: 'processing',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'canceled',
} as const satisfies Record<JobStatus, ReplicateTraining['status']>;

/** A fine-tuning job as Replicate shows a training. @param baseUrl of the façade's routes */
export function toTraining(job: JobRow, baseUrl: string): ReplicateTraining {
  const destination = job.metadata?.[DESTINATION] ?? `${REPLICATE_OWNER}/${job.suffix ?? job.model}`;
  const url = `${baseUrl}/trainings/${job.id}`;
  return {
    id: job.id,
    model: `${REPLICATE_OWNER}/${job.model}`,
    version: job.model,
    input: {
      training_file: job.trainingFile,
      ...(job.validationFile === null ? {} : { validation_file: job.validationFile }),
      seed: job.seed,
      ...job.levi,
    },
    output: job.fineTunedModel === null ? null : { version: `${destination}:${job.fineTunedModel}`, weights: null },
    logs: '',
    error: job.error?.message ?? null,
    status: STATUSES[job.status],
    created_at: iso(job.createdMs),
    started_at: job.startedMs === null ? null : iso(job.startedMs),
    completed_at: job.finishedMs === null ? null : iso(job.finishedMs),
    source: 'api',
    data_removed: false,
    metrics:
      job.startedMs !== null && job.finishedMs !== null
        ? { predict_time: (job.finishedMs - job.startedMs) / 1000 }
        : {},
    urls: { get: url, cancel: `${url}/cancel` },
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
