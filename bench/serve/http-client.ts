import { Pool } from 'undici';

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly ms: number;
  /** `Retry-After`, as sent. */
  readonly retryAfter: string | null;
}

/**
 * Sends bodies that are JSON already and gives answers as text: what the clock runs for is the server, not this process. undici's
 * Pool, as in the gateway, is the cheapest client Node has.
 */
export interface HttpClient extends AsyncDisposable {
  post(body: string): Promise<Reply>;
}

export interface HttpClientOptions {
  readonly url: string;
  readonly path: string;
  readonly token: string;
  /** Null: as many as are needed. */
  readonly connections: number | null;
  readonly headers?: Readonly<Record<string, string>>;
}

const LIMIT_MS = 120_000;

export function createHttpClient({ url, path, token, connections, headers }: HttpClientOptions): HttpClient {
  const pool = new Pool(url, { connections, pipelining: 1, headersTimeout: LIMIT_MS, bodyTimeout: LIMIT_MS });
  const sent = { ...headers, 'content-type': 'application/json', authorization: `Bearer ${token}` };
  return {
    post: async (body) => {
      const startedMs = performance.now();
      const answer = await pool.request({ path, method: 'POST', headers: sent, body });
      const text = await answer.body.text();
      const retryAfter = answer.headers['retry-after'];
      return {
        status: answer.statusCode,
        text,
        ms: performance.now() - startedMs,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : null,
      };
    },
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
