import { Pool } from 'undici';
import { LevigateError } from '../../contract/index.ts';
import type { WorkerAnswer, WorkerCall, WorkerTransport } from '../../services/ports.ts';

// What waits must wait at the worker: its queue knows how fast it is, and refuses at once what would wait too long.
const CONNECTIONS_PER_WORKER = 1_024;
const KEEP_ALIVE_MS = 30_000;
const CONNECT_TIMEOUT_MS = 2_000;
const MAX_POOLS = 64;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * Keep-alive pools, one per worker: `Pool.request` carries 3x the requests of fetch. A pool that has not been used for
 * longest goes when there are more than 64, since workers come and go with new ports.
 */
export function createWorkerTransport(): WorkerTransport & AsyncDisposable {
  const pools = new Map<string, Pool>();

  function poolOf(origin: string): Pool {
    const pool = pools.get(origin) ?? createPool(origin);
    // Deleted and set again: a Map keeps the order of insertion, so the first key is the one unused for longest.
    pools.delete(origin);
    pools.set(origin, pool);
    const [oldest] = pools;
    if (pools.size > MAX_POOLS && oldest) {
      pools.delete(oldest[0]);
      void oldest[1].close().catch(() => undefined);
    }
    return pool;
  }

  return {
    post: (call) => {
      const url = new URL(call.url);
      return post(poolOf(url.origin), url.pathname + url.search, call);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

const createPool = (origin: string): Pool =>
  new Pool(origin, {
    connections: CONNECTIONS_PER_WORKER,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });

async function post(pool: Pool, path: string, call: WorkerCall): Promise<WorkerAnswer> {
  // One controller and a timer: `AbortSignal.any` and `timeout` cost more than the rest of a call.
  const ended = new AbortController();
  const onCallerGone = (): void => ended.abort(call.signal?.reason);
  if (call.signal?.aborted === true) onCallerGone();
  call.signal?.addEventListener('abort', onCallerGone, { once: true });
  let isOverdue = false;
  const deadline = setTimeout(() => {
    isOverdue = true;
    ended.abort();
  }, call.timeoutMs);
  try {
    const { statusCode, headers, body } = await pool.request({
      path,
      method: 'POST',
      headers: {
        authorization: `Bearer ${call.accessToken}`,
        'content-type': 'application/json',
        'x-request-id': call.requestId,
        ...(call.traceparent === undefined ? {} : { traceparent: call.traceparent }),
      },
      body: call.body,
      signal: ended.signal,
      // The deadline above is the only clock.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const retryAfter = headers['retry-after'];
    return {
      status: statusCode,
      body: Number(headers['content-length']) <= MAX_ANSWER_BYTES ? await body.text() : await readText(body),
      retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
    };
  } catch (error) {
    if (!isOverdue || call.signal?.aborted === true) throw error;
    throw new LevigateError(
      'timeout',
      `the worker did not answer within ${call.timeoutMs} ms: send fewer inputs, or try again`,
      { cause: error },
    );
  } finally {
    clearTimeout(deadline);
    call.signal?.removeEventListener('abort', onCallerGone);
  }
}

/** Of an answer that does not say how long it is. */
async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let bytes = 0;
  let text = '';
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new LevigateError('worker_failed', 'the worker answered more than 64 MiB');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
