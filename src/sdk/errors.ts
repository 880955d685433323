/** Base of everything this client throws. */
export class LevigateClientError extends Error {
  override readonly name: string = 'LevigateClientError';
}

/** The server could not be reached, or the connection broke. */
export class ConnectionError extends LevigateClientError {
  override readonly name = 'ConnectionError';
}

/** No answer within `timeoutMs`. */
export class TimeoutError extends LevigateClientError {
  override readonly name = 'TimeoutError';
}

/** A webhook whose signature or timestamp does not hold. */
export class WebhookVerificationError extends LevigateClientError {
  override readonly name = 'WebhookVerificationError';
}

/** A fine-tuning job that ended otherwise than by success. */
export class JobFailedError extends LevigateClientError {
  override readonly name = 'JobFailedError';
  readonly jobId: string;
  readonly code: string;
  readonly param: string | null;

  constructor(jobId: string, error: { code: string; message: string; param: string | null }) {
    super(error.message);
    this.jobId = jobId;
    this.code = error.code;
    this.param = error.param;
  }
}

/** The server's error object: what was wrong, where, and how to mend it. */
export class ApiError extends LevigateClientError {
  override readonly name: string = 'ApiError';
  readonly status: number;
  readonly code: string | null;
  readonly type: string | null;
  readonly param: string | null;
  readonly requestId: string | null;
  /** What the server asked to wait before another try; null when it said nothing. */
  readonly retryAfterMs: number | null;

  constructor(status: number, body: ErrorFields, headers: Headers) {
    super(body.message);
    this.status = status;
    this.code = body.code;
    this.type = body.type;
    this.param = body.param;
    this.requestId = headers.get('x-request-id');
    this.retryAfterMs = retryAfterMs(headers.get('retry-after'));
  }
}

export class BadRequestError extends ApiError {
  override readonly name = 'BadRequestError';
}
export class AuthenticationError extends ApiError {
  override readonly name = 'AuthenticationError';
}
export class PermissionDeniedError extends ApiError {
  override readonly name = 'PermissionDeniedError';
}
export class NotFoundError extends ApiError {
  override readonly name = 'NotFoundError';
}
export class ConflictError extends ApiError {
  override readonly name = 'ConflictError';
}
export class RateLimitError extends ApiError {
  override readonly name = 'RateLimitError';
}
export class ServerError extends ApiError {
  override readonly name = 'ServerError';
}

export interface ErrorFields {
  readonly message: string;
  readonly code: string | null;
  readonly type: string | null;
  readonly param: string | null;
}

const CLASS_OF_STATUS: Readonly<Record<number, typeof ApiError>> = {
  400: BadRequestError,
  401: AuthenticationError,
  403: PermissionDeniedError,
  404: NotFoundError,
  409: ConflictError,
  429: RateLimitError,
};

/** Reads a failed response into the class of its status. */
export async function toApiError(response: Response): Promise<ApiError> {
  const text = await response.text().catch(() => '');
  const fields = parseErrorBody(text) ?? {
    message: `the server answered ${response.status}${text === '' ? '' : `: ${text.slice(0, 200)}`}`,
    code: null,
    type: null,
    param: null,
  };
  const ErrorClass = CLASS_OF_STATUS[response.status] ?? (response.status >= 500 ? ServerError : ApiError);
  return new ErrorClass(response.status, fields, response.headers);
}

function retryAfterMs(header: string | null): number | null {
  if (header === null) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

function parseErrorBody(text: string): ErrorFields | null {
  try {
    const body: unknown = JSON.parse(text);
    const error = isRecord(body) ? body['error'] : undefined;
    if (!isRecord(error) || typeof error['message'] !== 'string') return null;
    return {
      message: error['message'],
      code: stringOrNull(error['code']),
      type: stringOrNull(error['type']),
      param: stringOrNull(error['param']),
    };
  } catch {
    return null;
  }
}

const stringOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
