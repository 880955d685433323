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
