/** What is left out is not limited. */
export interface KeyLimits {
  requests_per_minute?: number | undefined;
  /** Tokens of the inputs of predictions. */
  tokens_per_minute?: number | undefined;
}

export interface ProjectLimits extends KeyLimits {
  /** Being answered at a time. */
  concurrent_requests?: number | undefined;
  /** Inputs times models, per calendar month (UTC). */
  inputs_per_month?: number | undefined;
  tokens_per_month?: number | undefined;
  storage_bytes?: number | undefined;
}

export interface Project {
  id: string;
  object: 'project';
  created_at: number;
  name: string;
  limits: ProjectLimits | null;
}

/** Flat, for autoscalers. */
export interface QueueStats {
  object: 'queue_stats';
  /** All that asks for a worker: queued and running jobs, waiting, refused and running predictions. */
  demand: number;
  queued_jobs: number;
  running_jobs: number;
  oldest_queued_job_age_s: number;
  /** Held until a worker wakes. */
  waiting_predictions: number;
  /** Answered 503 in the last minute. */
  refused_predictions: number;
  oldest_waiting_prediction_age_s: number;
  in_flight_predictions: number;
  queued_inputs: number;
  queued_tokens: number;
  workers_alive: number;
  workers_draining: number;
}

export interface UsageParams {
  /** Unix time in seconds; the day (UTC) it is in is the first. Six days ago when absent. */
  start_time?: number | undefined;
  /** Exclusive; today is the last day when absent. */
  end_time?: number | undefined;
  group_by?: 'model' | undefined;
  /** Only of this model. */
  models?: string | undefined;
  /** Days on a page: 7 when absent, 31 at most. */
  limit?: number | undefined;
  /** `next_page` of the page before. */
  page?: string | undefined;
}

export interface UsageResult {
  object: 'usage.result';
  project_id: string;
  /** With `group_by`. */
  model: string | null;
  /** A request to several models counts for each. */
  num_model_requests: number;
  /** Inputs times models. */
  num_inputs: number;
  input_tokens: number;
  input_cached_tokens: number;
  /** Fine-tuning jobs that ended. */
  num_jobs: number;
  training_seconds: number;
  trained_tokens: number;
}

export interface UsageBucket {
  object: 'bucket';
  start_time: number;
  end_time: number;
  results: UsageResult[];
}

export interface UsagePage {
  object: 'page';
  /** A day each, oldest first. */
  data: UsageBucket[];
  has_more: boolean;
  next_page: string | null;
}
