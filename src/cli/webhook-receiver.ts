import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { unwrapWebhook } from '../sdk/index.ts';
import type { WebhookEvent } from '../sdk/index.ts';

export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  /** Set as soon as the endpoint was made: until then every delivery is refused. */
  secret: string | undefined;
  /** The first verified event. */
  readonly received: Promise<WebhookEvent>;
}

/** A small server on loopback that verifies what it is sent, as a user's own would. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const { promise, resolve } = Promise.withResolvers<WebhookEvent>();
  const server = createServer((request, response) => {
    readBody(request)
      .then((body) => unwrapWebhook(body, request.headers, receiver.secret ?? ''))
      .then(
        (event) => {
          response.writeHead(204).end();
          resolve(event);
        },
        () => void response.writeHead(400).end(),
      );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${portOf(server.address())}/webhook`,
    secret: undefined,
    received: promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise<void>((done) => void server.close(() => done()));
    },
  };
  return receiver;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('internal: the receiver listens on no port');
  return address.port;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
