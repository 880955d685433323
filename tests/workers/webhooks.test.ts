import { afterAll, beforeAll, expect, test } from 'vitest';
import { page, WebhookDelivery, WebhookEndpointWithSecret, WebhookTestResult } from '../../src/contract/index.ts';
import { jobWebhookEvent } from '../../src/services/webhooks/job-event.ts';
import { startWorker } from './harness.ts';
import type { Worker } from './harness.ts';

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

/** Nobody has a name under .invalid (RFC 2606): every delivery fails, and no network is needed for that. */
const createEndpoint = async () =>
  WebhookEndpointWithSecret.parse(await ask('/v1/webhook_endpoints', { url: 'https://hook.invalid/' }));

const deliveriesOf = async (id: string): Promise<WebhookDelivery[]> =>
  page(WebhookDelivery).parse(await ask(`/v1/webhook_endpoints/${id}/deliveries`)).data;

test('the cron handler fans out what happened and tries to send it', async () => {
  const endpoint = await createEndpoint();
  const event = jobWebhookEvent({ id: 'ftjob-x', projectId: PROJECT }, 'fine_tuning.job.succeeded', Date.now());
  await worker.env.DB.prepare(
    'insert into webhook_events (id, project_id, type, body, created_ms) values (?, ?, ?, ?, ?)',
  )
    .bind(event.id, event.projectId, event.type, JSON.stringify(event.body), event.createdMs)
    .run();
  await worker.tick();
  expect(await deliveriesOf(endpoint.id)).toMatchObject([{ event_id: event.id, status: 'pending', attempts: 1 }]);
});

test('a test event is tried once and logged', async () => {
  const { id } = await createEndpoint();
  const result = WebhookTestResult.parse(await ask(`/v1/webhook_endpoints/${id}/test`, {}));
  expect(result).toMatchObject({ success: false });
  expect(await deliveriesOf(id)).toMatchObject([{ id: result.delivery_id, status: 'failed', attempts: 1 }]);
});
