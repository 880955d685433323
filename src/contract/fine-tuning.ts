import { z } from 'zod';
import { Metadata, UnixSeconds } from './common.ts';
import { FieldType, Hyperparameters, LeviOptions, Task } from './levi.ts';
import { LIMITS } from './limits.ts';
import { LintFinding } from './lint.ts';

export const JOB_STATUSES = [
  'validating_files',
  'queued',
  'running',
  'paused',
  'succeeded',
  'failed',
  'cancelled',
] as const;
export const JobStatus = z.enum(JOB_STATUSES);
export type JobStatus = z.infer<typeof JobStatus>;

/** Which status may follow which; a transition is looked up here, never assumed. */
export const NEXT_JOB_STATUS = {
  validating_files: ['queued', 'failed', 'cancelled'],
  queued: ['running', 'paused', 'cancelled', 'failed'],
  running: ['queued', 'paused', 'succeeded', 'failed', 'cancelled'],
  paused: ['queued', 'cancelled'],
  succeeded: [],
  failed: [],
  cancelled: [],
} as const satisfies Record<JobStatus, readonly JobStatus[]>;

export const isFinished = (status: JobStatus): boolean => NEXT_JOB_STATUS[status].length === 0;

export const CreateJobRequest = z.object({
  model: z.string().describe("A backbone, such as all-minilm-l6-v2; OpenAI's models stand for the default one"),
  training_file: z.string(),
  validation_file: z.string().nullish(),
  suffix: z
    .string()
    .min(1)
    .max(LIMITS.suffixChars)
    .regex(/^[A-Za-z0-9._-]+$/, 'may hold letters, digits, ".", "_" and "-" only')
    .nullish(),
  seed: z.int().min(0).max(2_147_483_647).nullish(),
  method: z
    .object({
      type: z.string(),
      supervised: z.object({ hyperparameters: Hyperparameters.optional() }).optional(),
    })
    .optional(),
  hyperparameters: Hyperparameters.optional().describe('Deprecated by OpenAI, still sent by old code'),
  integrations: z.array(z.unknown()).nullish(),
  metadata: Metadata.nullish(),
  levi: LeviOptions.optional(),
  dry_run: z
    .boolean()
    .optional()
    .describe('true: answers what the files hold and what a job would take, and makes none'),
});
export type CreateJobRequest = z.infer<typeof CreateJobRequest>;

const LabelValue = z.union([z.string(), z.number(), z.array(z.string()).readonly()]);

export const DryRun = z.object({
  object: z.literal('fine_tuning.dry_run'),
  notes: z.array(z.string()).describe("What would be decided in the caller's place: the backbone, how chats are read"),
  lint: z.array(LintFinding).describe('Worst first'),
  preview: z
    .array(
      z.object({
        line: z.int(),
        text: z.string().describe('Cut after 500 characters'),
        label: LabelValue,
        labels: z.record(z.string(), LabelValue).optional().describe('By target, in a job of several'),
        fields: z.record(z.string(), z.unknown()).optional(),
        image: z
          .object({ format: z.enum(['jpeg', 'png', 'webp']), width: z.int(), height: z.int(), bytes: z.int() })
          .optional()
          .describe('As its header says'),
        group: z.string().optional(),
        weight: z.number().optional(),
        id: z.string().optional(),
      }),
    )
    .describe('The first rows of the training file, as they were read'),
  rows: z.int(),
  labels: z.record(z.string(), z.int()).describe('Rows per label of the first target; empty for regression'),
  targets: z
    .array(
      z.object({
        name: z.string(),
        task: Task,
        labels: z.record(z.string(), z.int()),
        values: z.object({ min: z.number(), max: z.number(), mean: z.number() }).nullable().describe('Of numbers'),
      }),
    )
    .describe('What is to be learned; the only one is named "label"'),
  fields: z
    .record(
      z.string(),
      z.object({
        type: FieldType,
        inferred: z.boolean().describe('Told from the values; "levi.columns.fields" overrides it'),
        missing: z.int().describe('Rows without a value'),
        distinct: z.int().describe('Different values; counted up to 20,000'),
      }),
    )
    .describe('How each field of the training file is read'),
  estimate: z.object({
    seconds: z.number().describe('From the start of training to the model, without waiting in the queue'),
    tokens: z.int().describe('Of the training file, estimated from characters'),
    based_on: z
      .enum(['past_jobs', 'default'])
      .describe('Jobs of this project on the same backbone, or a two-core machine'),
  }),
});
export type DryRun = z.infer<typeof DryRun>;

export const JobError = z.object({ code: z.string(), message: z.string(), param: z.string().nullable() });
export type JobError = z.infer<typeof JobError>;

/** How far a running job is; absent until a worker reported. */
export const JobProgress = z.object({
  phase: z.enum(['preparing', 'extracting_features', 'training', 'evaluating', 'uploading']),
  fraction: z.number().min(0).max(1).describe('Of the whole job'),
});
export type JobProgress = z.infer<typeof JobProgress>;

/** One place where two adapters differ. */
export const AdapterDifference = z.object({
  part: z.enum(['manifest', 'tensor']),
  name: z.string().describe('A key of the manifest, such as provenance.threads, or the name of a tensor'),
  expected: z.string().nullable().describe("The first adapter's; null where it has none. Of a tensor: type and shape"),
  found: z.string().nullable(),
  largest_difference: z.number().nullable().describe('Between the numbers of two tensors of one shape'),
});
export type AdapterDifference = z.infer<typeof AdapterDifference>;

/** What came of training a job again. */
export const Verification = z.object({
  matches: z.boolean().describe('Whether both adapters are the same bytes'),
  expected_sha256: z.string().describe("Of the verified job's adapter"),
  found_sha256: z.string(),
  differences: z
    .array(AdapterDifference)
    .max(LIMITS.verificationDifferences)
    .describe("The manifest's keys first; empty when both match, or when the first adapter was deleted"),
  message: z.string(),
});
export type Verification = z.infer<typeof Verification>;

export const Job = z.object({
  id: z.string(),
  object: z.literal('fine_tuning.job'),
  created_at: UnixSeconds,
  error: JobError.nullable(),
  fine_tuned_model: z.string().nullable(),
  finished_at: UnixSeconds.nullable(),
  estimated_finish: UnixSeconds.nullable(),
  hyperparameters: Hyperparameters,
  method: z.object({ type: z.literal('supervised'), supervised: z.object({ hyperparameters: Hyperparameters }) }),
  integrations: z.null(),
  metadata: Metadata.nullable(),
  model: z.string(),
  organization_id: z.string(),
  result_files: z.array(z.string()),
  seed: z.int(),
  status: JobStatus,
  trained_tokens: z.int().nullable(),
  training_file: z.string(),
  validation_file: z.string().nullable(),
  levi: LeviOptions,
  progress: JobProgress.nullable(),
  verifies: z.string().nullable().describe('The job whose adapter this one makes again; it makes no model'),
  verification: Verification.nullable().describe('Set once a job that verifies another succeeded'),
});
export type Job = z.infer<typeof Job>;

/** OpenAI's names; of a classifier the token is the label. null: not measured. */
export const CheckpointMetrics = z.object({
  step: z.number(),
  train_loss: z.number().nullable(),
  valid_loss: z.number().nullable(),
  train_mean_token_accuracy: z.number().nullable(),
  valid_mean_token_accuracy: z.number().nullable(),
});
export type CheckpointMetrics = z.infer<typeof CheckpointMetrics>;

/** A model after one of the last epochs of its job, which can be asked like any other. */
export const JobCheckpoint = z.object({
  id: z.string(),
  object: z.literal('fine_tuning.job.checkpoint'),
  created_at: UnixSeconds,
  fine_tuned_model_checkpoint: z.string(),
  fine_tuning_job_id: z.string(),
  step_number: z.int(),
  metrics: CheckpointMetrics,
});
export type JobCheckpoint = z.infer<typeof JobCheckpoint>;

export const JobEvent = z.object({
  id: z.string(),
  object: z.literal('fine_tuning.job.event'),
  created_at: UnixSeconds,
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  type: z.enum(['message', 'metrics']),
  data: z.record(z.string(), z.unknown()).nullable(),
});
export type JobEvent = z.infer<typeof JobEvent>;

/** An event before the gateway gave it an id and a time. */
export const NewJobEvent = JobEvent.pick({ level: true, message: true, type: true, data: true });
export type NewJobEvent = z.infer<typeof NewJobEvent>;
