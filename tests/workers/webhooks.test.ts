import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { page, WebhookDelivery, WebhookEndpointWithSecret, WebhookTestResult } from '../../src/contract/index.ts';
import { newWebhookEvent } from '../../src/services/events/new-event.ts';
import { startWorker } from './harness.ts';
import type { Worker } from './harness.ts';

/** The outbox's clock over wrangler's own queues: cron never fires here by itself, so what leaves without a `tick`, left by a message. */
const SECRET = 'a-secret-of-the-operator';
const PROJECT = 'proj_default';

let worker: Worker;
beforeAll(async () => {
  worker = await startWorker({ LEVIGATE_API_KEY: SECRET });
});
afterAll(() => worker[Symbol.asyncDispose]());

async function ask(path: string, json?: unknown): Promise<unknown> {
  const response = await fetch(new URL(path, worker.url), {
    headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
    ...(json === undefined ? {} : { method: 'POST', body: JSON.stringify(json) }),
  });
  return response.json();
}

/** Nobody has a name under .invalid (RFC 2606): every attempt fails, and no network is needed for that. */
const createEndpoint = async () =>
  WebhookEndpointWithSecret.parse(await ask('/v1/webhook_endpoints', { url: 'https://hook.invalid/' }));

const deliveriesOf = async (id: string): Promise<WebhookDelivery[]> =>
  page(WebhookDelivery).parse(await ask(`/v1/webhook_endpoints/${id}/deliveries`)).data;

async function emit(): Promise<string> {
  const event = newWebhookEvent({
    projectId: PROJECT,
    type: 'fine_tuning.job.succeeded',
    subjectId: 'ftjob-x',
    nowMs: Date.now(),
  });
  await worker.env.DB.prepare(
    'insert into webhook_events (id, project_id, type, body, created_ms) values (?, ?, ?, ?, ?)',
  )
    .bind(event.id, PROJECT, event.type, JSON.stringify(event.body), event.createdMs)
    .run();
  return event.id;
}

test('the cron handler fans out what happened and tries to send it', async () => {
  const endpoint = await createEndpoint();
  const eventId = await emit();
  await worker.tick();
  expect(await deliveriesOf(endpoint.id)).toMatchObject([{ event_id: eventId, status: 'pending', attempts: 1 }]);
});

test('a test event is tried once and logged', async () => {
  const { id } = await createEndpoint();
  const result = WebhookTestResult.parse(await ask(`/v1/webhook_endpoints/${id}/test`, {}));
  expect(result).toMatchObject({ success: false });
  expect(await deliveriesOf(id)).toMatchObject([{ id: result.delivery_id, status: 'failed', attempts: 1 }]);
});

test('a message of the queue sends what is due, and the retry after five seconds comes by a message too', async () => {
  const endpoint = await createEndpoint();
  const eventId = await emit();
  await worker.env.OUTBOX.send({ kind: 'outbox', due_ms: Date.now() });
  const attempts = async (least: number) => {
    const [delivery] = await deliveriesOf(endpoint.id);
    expect(delivery).toMatchObject({ event_id: eventId });
    expect(delivery?.attempts).toBeGreaterThanOrEqual(least);
  };
  await vi.waitFor(() => attempts(1), { timeout: 10_000, interval: 100 });
  await vi.waitFor(() => attempts(2), { timeout: 20_000, interval: 250 });
});

test('a message that comes before its time is put off again and sends nothing', async () => {
  const endpoint = await createEndpoint();
  await emit();
  await worker.queue('levigate-outbox', [{ kind: 'outbox', due_ms: Date.now() + 3_600_000 }]);
  expect(await deliveriesOf(endpoint.id)).toEqual([]);
});

test('a message that nobody understands is left for another try, beside one that is worked off', async () => {
  const endpoint = await createEndpoint();
  const eventId = await emit();
  const { retried } = await worker.queue('levigate-outbox', [
    { kind: 'other' },
    { kind: 'outbox', due_ms: Date.now() },
  ]);
  expect(retried).toEqual(['message-0']);
  const sent = (await deliveriesOf(endpoint.id)).find(({ event_id }) => event_id === eventId);
  expect(sent).toMatchObject({ attempts: 1 });
});

test('what the queue gave up is written down once, and removed by the hourly upkeep after thirty days', async () => {
  for (let count = 0; count < 2; count += 1) await worker.queue('levigate-dead', [{ kind: 'other' }]);
  const letters = () => worker.env.DB.prepare('select id, queue, body from dead_letters').all();
  expect((await letters()).results).toEqual([{ id: 'message-0', queue: 'levigate-dead', body: '{"kind":"other"}' }]);
  await worker.tick('17 * * * *');
  expect((await letters()).results).toHaveLength(1);
  await worker.env.DB.prepare('update dead_letters set died_ms = ?')
    .bind(Date.now() - 31 * 24 * 3_600_000)
    .run();
  await worker.tick('17 * * * *');
  expect((await letters()).results).toEqual([]);
});
