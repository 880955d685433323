import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { createId } from '../../src/contract/index.ts';
import type { EventType, WebhookDelivery, WebhookEndpointWithSecret } from '../../src/contract/index.ts';
import type { WebhookAnswer, WebhookSender } from '../../src/services/ports.ts';
import { jobWebhookEvent } from '../../src/services/events/job-event.ts';
import { webhookEvents } from '../../src/store/schema.ts';
import type { TestGateway } from './gateway.ts';

type Sent = Parameters<WebhookSender['send']>[0];

export interface FakeSender extends WebhookSender {
  readonly sent: readonly Sent[];
}

export const answered = (status: number, retryAfter: string | null = null): WebhookAnswer => ({ status, retryAfter });

/** Keeps what it was given to send. @param answer may throw, as a connection does */
export function createFakeSender(answer: (attempt: number) => WebhookAnswer | Promise<WebhookAnswer>): FakeSender {
  const sent: Sent[] = [];
  return {
    sent,
    assertAllowed: () => {},
    send: async (request) => {
      sent.push(request);
      return answer(sent.length);
    },
  };
}

export async function createEndpoint(
  gateway: TestGateway,
  fields: Readonly<Record<string, unknown>> = {},
  secret?: string,
): Promise<WebhookEndpointWithSecret> {
  const { status, body } = await gateway.json('/v1/webhook_endpoints', {
    method: 'POST',
    json: { url: 'https://example.com/hook', ...fields },
    secret,
  });
  if (status !== 200) throw new Error(`no endpoint was created: ${JSON.stringify(body)}`);
  return body;
}

/** Writes an event as a job's end does. @returns its id */
export async function emit(
  { db, clock, projectId }: TestGateway,
  { type = 'fine_tuning.job.succeeded', project = projectId }: { type?: EventType; project?: string } = {},
): Promise<string> {
  const nowMs = clock.nowMs();
  const event = jobWebhookEvent({ id: createId('job', nowMs), projectId: project }, type, nowMs);
  await db.insert(webhookEvents).values(event);
  return event.id;
}

/** The delivery log of an endpoint, newest first. */
export async function deliveriesOf(gateway: TestGateway, endpointId: string): Promise<WebhookDelivery[]> {
  return (await gateway.json(`/v1/webhook_endpoints/${endpointId}/deliveries`)).body.data;
}

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface HttpReceiver extends AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
}

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Left unfinished when absent and `hangs`. */
  readonly hangs?: 'before_headers' | 'in_body';
}

/** A user's server on loopback. */
export async function startHttpReceiver(
  answer: (request: Received) => ReceiverAnswer = () => ({ status: 204 }),
): Promise<HttpReceiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const message = { headers: request.headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(message);
      const { status, headers = {}, hangs } = answer(message);
      if (hangs === 'before_headers') return;
      response.writeHead(status, headers);
      if (hangs === 'in_body') response.write('and so on, ');
      else response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver listens on no port');
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    port: address.port,
    received,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
