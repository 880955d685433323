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
