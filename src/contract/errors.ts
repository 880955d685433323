/**
 * The closed list of error codes: each with the HTTP status and OpenAI error type it becomes.
 * Made in the lowest layer; turned into a response in one place (gateway/errors/error-response.ts).
 */
export const ERROR_CODES = {
  // 400: the request, a file or an option is wrong; the message says how to mend it
  invalid_request: { status: 400, type: 'invalid_request_error' },
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_training_file: { status: 400, type: 'invalid_request_error' },
  invalid_file_purpose: { status: 400, type: 'invalid_request_error' },
  unknown_backbone: { status: 400, type: 'invalid_request_error' },
  unknown_method: { status: 400, type: 'invalid_request_error' },
  unsupported_option: { status: 400, type: 'invalid_request_error' },
  model_is_backbone: { status: 400, type: 'invalid_request_error' },
  invalid_webhook_url: { status: 400, type: 'invalid_request_error' },
  checksum_mismatch: { status: 400, type: 'invalid_request_error' },
  idempotency_key_reused: { status: 400, type: 'idempotency_error' },
  // 401, 403
  missing_api_key: { status: 401, type: 'authentication_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  insufficient_scope: { status: 403, type: 'permission_error' },
  // 404: hidden and missing are the same answer
  not_found: { status: 404, type: 'invalid_request_error' },
  file_not_found: { status: 404, type: 'invalid_request_error' },
  job_not_found: { status: 404, type: 'invalid_request_error' },
  model_not_found: { status: 404, type: 'invalid_request_error' },
  batch_not_found: { status: 404, type: 'invalid_request_error' },
  upload_not_found: { status: 404, type: 'invalid_request_error' },
  project_not_found: { status: 404, type: 'invalid_request_error' },
  webhook_endpoint_not_found: { status: 404, type: 'invalid_request_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  // 409: business conflicts; the response tells clients not to retry
  job_already_finished: { status: 409, type: 'conflict_error' },
  job_not_succeeded: { status: 409, type: 'conflict_error' },
  batch_already_finished: { status: 409, type: 'conflict_error' },
  upload_not_pending: { status: 409, type: 'conflict_error' },
  file_in_use: { status: 409, type: 'conflict_error' },
  model_in_use: { status: 409, type: 'conflict_error' },
  limit_reached: { status: 409, type: 'conflict_error' },
  lease_lost: { status: 409, type: 'conflict_error' },
  blob_changed: { status: 409, type: 'conflict_error' },
  // 409 that passes: the same request is still being worked on
  idempotency_key_in_use: { status: 409, type: 'idempotency_error' },
  // 413, 415
  payload_too_large: { status: 413, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  // 429: refused early; Retry-After says when
  overloaded: { status: 429, type: 'rate_limit_error' },
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error' },
  // Coming again soon does not help: a month's quota or the storage is used up
  insufficient_quota: { status: 429, type: 'insufficient_quota' },
  // 5xx
  internal: { status: 500, type: 'server_error' },
  worker_failed: { status: 502, type: 'server_error' },
  no_worker: { status: 503, type: 'server_error' },
  timeout: { status: 504, type: 'server_error' },
  // a job's or a worker's own failures, reported in `job.error` or in the log
  backbone_unavailable: { status: 503, type: 'server_error' },
  backbone_invalid: { status: 500, type: 'server_error' },
  adapter_invalid: { status: 500, type: 'server_error' },
  training_failed: { status: 500, type: 'server_error' },
  attempts_exhausted: { status: 500, type: 'server_error' },
} as const satisfies Record<string, { status: number; type: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
export type ErrorStatus = (typeof ERROR_CODES)[ErrorCode]['status'];

export interface ErrorDetails {
  /** The request field, file or option that is wrong, as the client wrote it. */
  readonly param?: string | undefined;
  readonly cause?: unknown;
  /** Seconds after which a retry is worth it; becomes `Retry-After`. */
  readonly retryAfterS?: number | undefined;
}

/** The one error class. `message` says what was wrong, where, and how to mend it; it is shown to the caller. */
export class LevigateError extends Error {
  override readonly name = 'LevigateError';
  readonly code: ErrorCode;
  readonly param: string | null;
  readonly retryAfterS: number | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.param = details.param ?? null;
    this.retryAfterS = details.retryAfterS;
  }

  get status(): ErrorStatus {
    return ERROR_CODES[this.code].status;
  }

  /** OpenAI's error object: all four keys, always nested. */
  toBody(): ErrorBody {
    return { error: { message: this.message, type: ERROR_CODES[this.code].type, param: this.param, code: this.code } };
  }
}

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERROR_CODES, code);
}
