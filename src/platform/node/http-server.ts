import { once } from 'node:events';
import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Http2Bindings, HttpBindings } from '@hono/node-server';

/** Answers a request; is given Node's own objects beside the web's. */
export type Fetch = (request: Request, env: HttpBindings | Http2Bindings) => Response | Promise<Response>;

export interface HttpServer extends AsyncDisposable {
  /** With the port that was taken. */
  readonly url: string;
}

export interface HttpServerOptions {
  readonly fetch: Fetch;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

/** Answers in flight may end within this time after a stop; streams without an end are cut. */
const GRACE_MS = 1_500;
/** For a request to arrive. Node's own five minutes would refuse half a gigabyte from a line of less than 14 Mbit/s. */
const ARRIVAL_LIMIT_MS = 3_600_000;

/** Listens until disposed. @throws Error that says who has the port when it is taken */
export async function startHttpServer({ fetch, host, port }: HttpServerOptions): Promise<HttpServer> {
  const server = createAdaptorServer({ fetch, serverOptions: { requestTimeout: ARRIVAL_LIMIT_MS } }) as Server;
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new Error(`cannot listen on ${host}:${port}: choose another PORT, or 0 for any free one`, { cause: error });
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${listeningPort(server)}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      server.closeIdleConnections();
      const deadline = setTimeout(() => server.closeAllConnections(), GRACE_MS);
      await closed;
      clearTimeout(deadline);
    },
  };
}

function listeningPort(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('internal: the server listens on no port');
  return address.port;
}
