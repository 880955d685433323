import type { LeviOptions, Task } from './levi.ts';

export interface Hyperparameters {
  n_epochs?: 'auto' | number | undefined;
  batch_size?: 'auto' | number | undefined;
  learning_rate_multiplier?: 'auto' | number | undefined;
}

export interface CreateJobParams {
  /** A backbone, such as `all-minilm-l6-v2`. */
  model: string;
  /** A file id; see `files.create`. */
  training_file: string;
  validation_file?: string | null | undefined;
  suffix?: string | null | undefined;
  seed?: number | null | undefined;
  method?: { type: string; supervised?: { hyperparameters?: Hyperparameters | undefined } | undefined } | undefined;
  hyperparameters?: Hyperparameters | undefined;
  integrations?: unknown[] | null | undefined;
  metadata?: Record<string, string> | null | undefined;
  levi?: LeviOptions | undefined;
  /** Answers a `DryRun` and makes no job; see `jobs.dryRun`. */
  dry_run?: boolean | undefined;
}

/** Something a look at the files found before training. */
export interface LintFinding {
  code:
    | 'conflicting_labels'
    | 'split_overlap'
    | 'token_gives_label'
    | 'field_gives_label'
    | 'encoding_damage'
    | 'few_examples'
    | 'class_imbalance'
    | 'similar_labels'
    | 'duplicate_texts'
    | 'near_duplicate_texts'
    | 'truncated_texts'
    | 'very_short_texts'
    | 'mixed_scripts'
    | 'mixed_languages'
    | 'tiny_images'
    | 'narrow_images'
    | 'small_groups'
    | 'mixed_field_types'
    | 'constant_field'
    | 'empty_field'
    | 'field_in_one_file'
    | 'field_type_differs'
    | 'date_formats'
    | 'float_ids'
    | 'missing_labels';
  severity: 'info' | 'warn' | 'error';
  /** What was found and what to do about it. */
  message: string;
  /** The request field that named the file. */
  file: string;
  /** The first line numbers concerned, 20 at most. */
  rows: number[];
  count: number;
}

/** One name, several, or a number. */
export type LabelValue = string | number | readonly string[];

export interface DryRun {
  object: 'fine_tuning.dry_run';
  /** What would be decided in the caller's place: the backbone, how chats are read. */
  notes: string[];
  /** Worst first. */
  lint: LintFinding[];
  /** The first rows of the training file, as they were read. */
  preview: {
    line: number;
    text: string;
    label: LabelValue;
    labels?: Record<string, LabelValue> | undefined;
    fields?: Record<string, unknown> | undefined;
    image?: { format: 'jpeg' | 'png' | 'webp'; width: number; height: number; bytes: number } | undefined;
    group?: string | undefined;
    weight?: number | undefined;
    id?: string | undefined;
  }[];
  rows: number;
  /** Rows per label of the first target; empty for regression. */
  labels: Record<string, number>;
  targets: {
    name: string;
    task: Task;
    labels: Record<string, number>;
    values: { min: number; max: number; mean: number } | null;
  }[];
  /** How each field of the training file is read; `inferred` types were told from the values. */
  fields: Record<
    string,
    { type: 'categorical' | 'number' | 'id' | 'date'; inferred: boolean; missing: number; distinct: number }
  >;
  estimate: { seconds: number; tokens: number; based_on: 'past_jobs' | 'default' };
}

export type JobStatus = 'validating_files' | 'queued' | 'running' | 'paused' | 'succeeded' | 'failed' | 'cancelled';

export interface JobProgress {
  phase: 'preparing' | 'extracting_features' | 'training' | 'evaluating' | 'uploading';
  /** 0..1 of the whole job. */
  fraction: number;
}

/** One place where two adapters differ. */
export interface AdapterDifference {
  part: 'manifest' | 'tensor';
  /** A key of the manifest, such as `provenance.threads`, or the name of a tensor. */
  name: string;
  /** Of a tensor: type and shape; null where one has none. */
  expected: string | null;
  found: string | null;
  /** Between the numbers of two tensors of one shape. */
  largest_difference: number | null;
}

/** What came of training a job again. */
export interface Verification {
  /** Whether both adapters are the same bytes. */
  matches: boolean;
  expected_sha256: string;
  found_sha256: string;
  differences: AdapterDifference[];
  message: string;
}

export interface Job {
  id: string;
  object: 'fine_tuning.job';
  created_at: number;
  error: { code: string; message: string; param: string | null } | null;
  /** Set once the job succeeded: what `predict` takes as `model`. */
  fine_tuned_model: string | null;
  finished_at: number | null;
  estimated_finish: number | null;
  hyperparameters: Hyperparameters;
  method: { type: 'supervised'; supervised: { hyperparameters: Hyperparameters } };
  integrations: null;
  metadata: Record<string, string> | null;
  model: string;
  organization_id: string;
  result_files: string[];
  seed: number;
  status: JobStatus;
  trained_tokens: number | null;
  training_file: string;
  validation_file: string | null;
  levi: LeviOptions;
  progress: JobProgress | null;
  /** The job whose adapter this one makes again; it makes no model. */
  verifies: string | null;
  /** Set once a job that verifies another succeeded. */
  verification: Verification | null;
}

export interface JobEvent {
  id: string;
  object: 'fine_tuning.job.event';
  created_at: number;
  level: 'info' | 'warn' | 'error';
  message: string;
  type: 'message' | 'metrics';
  data: Record<string, unknown> | null;
}

/** The model after one of the last epochs of its job, which can be asked like any other. */
export interface JobCheckpoint {
  id: string;
  object: 'fine_tuning.job.checkpoint';
  created_at: number;
  /** The model's name. */
  fine_tuned_model_checkpoint: string;
  fine_tuning_job_id: string;
  step_number: number;
  metrics: {
    step: number;
    train_loss: number | null;
    train_mean_token_accuracy: number | null;
    valid_loss: number | null;
    valid_mean_token_accuracy: number | null;
  };
}
