import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * A server on loopback whose paths say how it behaves, so that a suite can use it from any runtime, over HTTP alone:
 * `/tell/<status>` answers what it saw (`?header=value` adds headers), `/hang/<id>` never answers, `/hang-in-body` stops in the
 * middle of its answer, `/cut` breaks off, and `GET /closed/<id>` answers when the client of a hanging one has gone.
 */
export interface ScriptedPeer extends AsyncDisposable {
  /** Without a path. */
  readonly url: string;
}

/** What `/tell` answers. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export async function startScriptedPeer(): Promise<ScriptedPeer> {
  const closed = new Map<string, PromiseWithResolvers<void>>();
  const closedOf = (id: string): PromiseWithResolvers<void> => {
    const waiting = closed.get(id) ?? Promise.withResolvers<void>();
    closed.set(id, waiting);
    return waiting;
  };
  const behaviours: Readonly<Record<string, Behaviour>> = {
    tell: async (request, response, { argument, query }) => {
      for (const [name, value] of query) response.setHeader(name, value);
      response.writeHead(Number(argument)).end(JSON.stringify(await seen(request)));
    },
    hang: (_, response, { argument }) => void response.on('close', () => closedOf(argument).resolve()),
    'hang-in-body': (_, response) => void response.writeHead(200).write('and so on, '),
    cut: (_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{', () => response.destroy());
    },
    closed: async (_, response, { argument }) => {
      await closedOf(argument).promise;
      response.writeHead(204).end();
    },
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://peer');
    const [, name = '', argument = ''] = pathname.split('/');
    const behave = behaviours[name];
    if (behave) void behave(request, response, { argument, query });
    else response.writeHead(404).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the peer listens on no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Behaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  asked: { readonly argument: string; readonly query: URLSearchParams },
) => void | Promise<void>;

async function seen(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
