import { once } from 'node:events';
import { serve } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Listener extends AsyncDisposable {
  readonly port: number;
}

// Longer than the gateway keeps its own end, so that it never writes into a connection that is just being closed.
const KEEP_ALIVE_MS = 65_000;

/** Serves until disposed; disposing waits for the requests in flight. */
export async function listen(
  app: Hono,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listener> {
  const server = serve({
    fetch: app.fetch,
    hostname: host,
    port,
    serverOptions: { keepAliveTimeout: KEEP_ALIVE_MS },
  });
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('internal: the server has no port');
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await closed;
    },
  };
}
