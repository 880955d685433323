import type { Hyperparameters, Job, JobEvent } from '../../contract/index.ts';
import type { JobEventRow } from '../../store/queries/job-events.ts';
import type { JobRow } from '../../store/queries/jobs.ts';
import { toSeconds, toSecondsOrNull } from '../context.ts';

/** @param nowMs for the estimated end of a running job */
export function toJob(row: JobRow, nowMs: number): Job {
  const hyperparameters = withDefaults(row.hyperparameters);
  return {
    id: row.id,
    object: 'fine_tuning.job',
    created_at: toSeconds(row.createdMs),
    error: row.error,
    fine_tuned_model: row.fineTunedModel,
    finished_at: toSecondsOrNull(row.finishedMs),
    estimated_finish: estimatedFinish(row, nowMs),
    hyperparameters,
    method: { type: 'supervised', supervised: { hyperparameters } },
    integrations: null,
    metadata: row.metadata,
    model: row.model,
    organization_id: row.projectId,
    result_files: row.resultFiles,
    seed: row.seed,
    status: row.status,
    trained_tokens: row.trainedTokens,
    training_file: row.trainingFile,
    validation_file: row.validationFile,
    levi: row.levi,
    progress: row.progress,
    verifies: row.verifies,
    verification: row.verification,
  };
}

export const toJobEvent = (row: JobEventRow): JobEvent => ({
  id: row.id,
  object: 'fine_tuning.job.event',
  created_at: toSeconds(row.createdMs),
  level: row.level,
  message: row.message,
  type: row.type,
  data: row.data,
});

const withDefaults = (given: Hyperparameters): Hyperparameters => ({
  n_epochs: given.n_epochs ?? 'auto',
  batch_size: given.batch_size ?? 'auto',
  learning_rate_multiplier: given.learning_rate_multiplier ?? 'auto',
});

// Below this share of the work the extrapolation says nothing.
const MIN_FRACTION = 0.05;

function estimatedFinish({ status, progress, startedMs }: JobRow, nowMs: number): number | null {
  if (status !== 'running' || startedMs === null || progress === null || progress.fraction < MIN_FRACTION) return null;
  return toSeconds(startedMs + (nowMs - startedMs) / progress.fraction);
}
