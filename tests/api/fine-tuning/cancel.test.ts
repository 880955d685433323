import { expect, test } from 'vitest';
import { webhookEvents } from '../../../src/store/schema.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob } from '../../support/training-data.ts';

const post = (gateway: GatewayWithWorker, id: string, verb: string, secret?: string) =>
  gateway.json(`/v1/fine_tuning/jobs/${id}/${verb}`, { method: 'POST', secret });

test('200: a queued job is cancelled at once, and its webhook event is written', async () => {
  await using gateway = await createGatewayWithWorker();
  const id = await createJob(gateway);
  const { status, body } = await post(gateway, id, 'cancel');
  expect({ status, job: body.status }).toEqual({ status: 200, job: 'cancelled' });
  expect(body.finished_at).toBeGreaterThanOrEqual(body.created_at);
  const [event] = await gateway.db.select().from(webhookEvents);
  expect(event).toMatchObject({
    type: 'fine_tuning.job.cancelled',
    projectId: gateway.projectId,
    body: { data: { id } },
  });
  expect(await gateway.countWakes()).toBe(1);
  const worker = await gateway.startWorker();
  expect(await worker.claim()).toBeNull();
});

test('200: a paused job is cancelled at once', async () => {
  await using gateway = await createGatewayWithWorker();
  const id = await createJob(gateway);
  await post(gateway, id, 'pause');
  expect((await post(gateway, id, 'cancel')).body.status).toBe('cancelled');
});

test('200: a running job runs until its worker hears of it; asked twice, one event tells of it', async () => {
  await using gateway = await createGatewayWithWorker();
  const id = await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  expect((await post(gateway, id, 'cancel')).body.status).toBe('running');
  await post(gateway, id, 'cancel');
  const { body } = await gateway.json(`/v1/fine_tuning/jobs/${id}/events`);
  const told = body.data.filter(({ message }: { message: string }) => message === 'Cancellation requested');
  expect(told).toHaveLength(1);
  if (!lease) throw new Error('nothing was leased');
  await worker.release(lease, 'cancelled');
  expect((await gateway.json(`/v1/fine_tuning/jobs/${id}`)).body.status).toBe('cancelled');
});

test('403: the key lacks jobs:write', async () => {
  await using gateway = await createGatewayWithWorker();
  const secret = await gateway.createKey({ scopes: ['jobs:read'] });
  expect((await post(gateway, await createJob(gateway), 'cancel', secret)).status).toBe(403);
});

test.each(['cancel', 'pause', 'resume'])('409: %s of a finished job; clients are told not to retry', async (verb) => {
  await using gateway = await createGatewayWithWorker();
  const { jobId } = await gateway.trainModel();
  const { status, body, headers } = await post(gateway, jobId, verb);
  expect({ status, code: body.error.code, retry: headers.get('x-should-retry') }).toEqual({
    status: 409,
    code: 'job_already_finished',
    retry: 'false',
  });
});
