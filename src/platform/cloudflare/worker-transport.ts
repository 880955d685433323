import { LevigateError } from '../../contract/index.ts';
import type { WorkerTransport } from '../../services/ports.ts';

/** Workers elsewhere, over fetch. workerd notices a client that went away only late, so the deadline is always there. */
export const fetchWorkerTransport: WorkerTransport = {
  async post({ url, accessToken, body, timeoutMs, signal, requestId }) {
    const deadline = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${accessToken}`,
          'content-type': 'application/json',
          'x-request-id': requestId,
        },
        body,
        redirect: 'manual',
        signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
      });
      const retryAfter = response.headers.get('retry-after');
      return { status: response.status, body: await response.text(), retryAfter };
    } catch (error) {
      if (!deadline.aborted || signal?.aborted === true) throw error;
      throw new LevigateError(
        'timeout',
        `the worker did not answer within ${timeoutMs} ms: send fewer inputs, or try again`,
        { cause: error },
      );
    }
  },
};
