import { LevigateError, OVERLOAD_HEADER } from '../../contract/index.ts';
import type { WorkerTransport } from '../../services/ports.ts';

/**
 * Workers over fetch. workerd notices a client that went away only late, so the deadline is always there.
 * @param fetch reaches containers as well as hosts of the internet
 */
export const createFetchTransport = (fetch: (request: Request) => Promise<Response>): WorkerTransport => ({
  async post({ url, accessToken, body, timeoutMs, signal, requestId, traceparent }) {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const request = new Request(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${accessToken}`,
          'content-type': 'application/json',
          'x-request-id': requestId,
          ...(traceparent === undefined ? {} : { traceparent }),
        },
        body,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
      const response = await fetch(request);
      const retryAfter = response.headers.get('retry-after');
      const overload = response.headers.get(OVERLOAD_HEADER);
      return { status: response.status, body: await response.text(), retryAfter, overload };
    } catch (error) {
      if (!deadline.aborted || signal?.aborted === true) throw error;
      throw new LevigateError(
        'timeout',
        `the worker did not answer within ${timeoutMs} ms: send fewer inputs, or try again`,
        { cause: error },
      );
    }
  },
});
