import type { Dispatcher, Pool } from 'undici';
import { LevigateError, OVERLOAD_HEADER } from '../../contract/index.ts';
import type { WorkerAnswer, WorkerCall } from '../../services/ports.ts';

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * One call over undici's own events. Its `request()` makes a stream of each answer and listens to an AbortSignal: more work than all the rest
 * for an answer that is read whole. Rejects as WorkerTransport says.
 */
export function postInPool(pool: Pool, path: string, call: WorkerCall): Promise<WorkerAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<WorkerAnswer>();
  const { signal, timeoutMs } = call;
  const chunks: Buffer[] = [];
  let bytes = 0;
  let status = 0;
  let retryAfter: string | null = null;
  let overload: string | null = null;
  let request: Dispatcher.DispatchController | undefined;
  let isOver = false;

  const deadline = setTimeout(() => stop(overdue(timeoutMs)), timeoutMs);
  const onCallerGone = (): void => stop(callerGone(signal?.reason));
  signal?.addEventListener('abort', onCallerGone, { once: true });

  function settle(): void {
    isOver = true;
    clearTimeout(deadline);
    signal?.removeEventListener('abort', onCallerGone);
  }

  /** Ends the request at the worker too, also where it still waits for a connection. */
  function stop(error: Error): void {
    if (isOver) return;
    settle();
    reject(error);
    request?.abort(error);
  }

  if (signal?.aborted === true) {
    onCallerGone();
    return promise;
  }
  // The deadline above is the only clock.
  const options: Dispatcher.DispatchOptions = {
    path,
    method: 'POST',
    headers: headersOf(call),
    body: call.body,
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  pool.dispatch(options, {
    onRequestStart: (controller) => {
      request = controller;
      if (isOver) controller.abort(new Error('nobody waits for this answer'));
    },
    onResponseStart: (_, statusCode, headers) => {
      status = statusCode;
      retryAfter = textOf(headers['retry-after']);
      overload = textOf(headers[OVERLOAD_HEADER]);
    },
    onResponseData: (_, chunk) => {
      bytes += chunk.length;
      if (bytes > MAX_ANSWER_BYTES) stop(new LevigateError('worker_failed', 'the worker answered more than 64 MiB'));
      else chunks.push(chunk);
    },
    onResponseEnd: () => {
      if (isOver) return;
      settle();
      const [only, ...others] = chunks;
      const body = only === undefined ? '' : (others.length === 0 ? only : Buffer.concat(chunks)).toString();
      resolve({ status, body, retryAfter, overload });
    },
    onResponseError: (_, error) => stop(error),
  });
  return promise;
}

/** Of a header; null where it was not sent, or several times. */
const textOf = (header: unknown): string | null => (typeof header === 'string' ? header : null);

const headersOf = ({ accessToken, requestId, traceparent }: WorkerCall): Record<string, string> => ({
  authorization: `Bearer ${accessToken}`,
  'content-type': 'application/json',
  'x-request-id': requestId,
  ...(traceparent === undefined ? {} : { traceparent }),
});

const overdue = (timeoutMs: number): LevigateError =>
  new LevigateError('timeout', `the worker did not answer within ${timeoutMs} ms: send fewer inputs, or try again`);

const callerGone = (reason: unknown): Error =>
  reason instanceof Error ? reason : new Error('the caller went away', { cause: reason });
