import { ApiError, ConnectionError, TimeoutError, toApiError } from './errors.ts';

export interface ClientOptions {
  /** `lvg_...` */
  readonly apiKey: string;
  /** Default `http://127.0.0.1:8787/v1`. */
  readonly baseUrl?: string;
  /** Of one attempt; default 60 s. */
  readonly timeoutMs?: number;
  /** Further attempts after connection errors, 408, 429 and 5xx; default 2. */
  readonly maxRetries?: number;
  /** Called for each request: the W3C trace context that it belongs to, to see it in your traces from here to the device. */
  readonly traceparent?: () => string | undefined;
  /** For tests and unusual runtimes. */
  readonly fetch?: typeof fetch;
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Of one attempt, instead of the client's. */
  readonly timeoutMs?: number | undefined;
}

export interface PredictOptions extends RequestOptions {
  /** Seconds to wait for a worker to wake where none runs, 600 at most; else such a request is refused at once and retried. */
  readonly scaleUpTimeoutS?: number | undefined;
}

export interface ApiRequest extends RequestOptions {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly query?: object;
  readonly json?: unknown;
  /** Built anew for each attempt, since a body can be read once. */
  readonly form?: () => FormData;
  /** Sent as it is; its type is the content type. */
  readonly blob?: Blob;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request with deadline and retries. @throws ApiError | ConnectionError | TimeoutError, or the signal's reason */
export type Send = (request: ApiRequest) => Promise<Response>;

/** Sends a request and reads the JSON of its answer. The gateway's schemas are the contract: the SDK validates nothing again. */
export async function ask<Result>(send: Send, request: ApiRequest): Promise<Result> {
  const response = await send(request);
  return (await response.json()) as Result;
}

const MAX_BACKOFF_MS = 8_000;
const MAX_RETRY_AFTER_MS = 60_000;

export function createSend(options: ClientOptions): Send {
  const { apiKey, baseUrl = 'http://127.0.0.1:8787/v1', maxRetries = 2 } = options;
  const doFetch = options.fetch ?? globalThis.fetch.bind(globalThis);

  async function attempt(request: ApiRequest, headers: Record<string, string>): Promise<Response> {
    const timeoutMs = request.timeoutMs ?? options.timeoutMs ?? 60_000;
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(new TimeoutError(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const signals = request.signal ? [request.signal, deadline.signal] : [deadline.signal];
    try {
      const response = await doFetch(buildUrl(baseUrl, request), {
        method: request.method,
        headers,
        body: bodyOf(request),
        signal: AbortSignal.any(signals),
      });
      if (!response.ok) throw await toApiError(response);
      return response;
    } catch (error) {
      if (request.signal?.aborted) throw request.signal.reason;
      if (error instanceof ApiError || error instanceof TimeoutError) throw error;
      if (deadline.signal.aborted) throw deadline.signal.reason;
      throw new ConnectionError(`cannot reach ${baseUrl}: ${describe(error)}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }

  return async function send(request) {
    const headers: Record<string, string> = {
      authorization: `Bearer ${apiKey}`,
      accept: 'application/json',
      ...request.headers,
    };
    const traceparent = options.traceparent?.();
    if (traceparent !== undefined) headers['traceparent'] = traceparent;
    if (request.json !== undefined) headers['content-type'] = 'application/json';
    // A retried POST must not do its work twice: the server answers the first result for the same key.
    if (request.method === 'POST') headers['idempotency-key'] ??= crypto.randomUUID();
    for (let retry = 0; ; retry += 1) {
      try {
        return await attempt(request, headers);
      } catch (error) {
        if (retry >= maxRetries || !isRetryable(error)) throw error;
        await delay(backoffMs(error, retry), request.signal);
      }
    }
  };
}

function bodyOf({ json, form, blob }: ApiRequest): BodyInit | null {
  if (form !== undefined) return form();
  if (blob !== undefined) return blob;
  return json === undefined ? null : JSON.stringify(json);
}

function isRetryable(error: unknown): boolean {
  if (error instanceof ApiError) return error.status === 408 || error.status === 429 || error.status >= 500;
  return error instanceof ConnectionError || error instanceof TimeoutError;
}

function backoffMs(error: unknown, retry: number): number {
  const asked = error instanceof ApiError ? error.retryAfterMs : null;
  if (asked !== null && asked <= MAX_RETRY_AFTER_MS) return asked;
  return Math.min(MAX_BACKOFF_MS, 500 * 2 ** retry) * (1 - 0.25 * Math.random());
}

/** Resolves after `ms`; rejects with the signal's reason if that comes first. */
export function delay(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(toError(signal.reason));
      return;
    }
    const onAbort = () => {
      clearTimeout(timer);
      reject(toError(signal?.reason));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function buildUrl(baseUrl: string, { path, query = {} }: ApiRequest): URL {
  const url = new URL(`${baseUrl.replace(/\/+$/, '')}${path}`);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) url.searchParams.set(name, String(value));
  }
  return url;
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
