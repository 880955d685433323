import { expect, test } from 'vitest';
import { Levigate, NotFoundError } from '../../../src/sdk/index.ts';
import { runOutbox } from '../../../src/services/webhooks/run-outbox.ts';
import { createNodeGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createNodeGateway } from '../../support/gateway.ts';
import type { NodeGateway } from '../../support/gateway.ts';
import { createJob } from '../../support/training-data.ts';
import { answered, createFakeSender } from '../../support/webhooks.ts';

/** The SDK over the gateway's own app, without a socket. */
const connect = ({ app, secret }: NodeGateway): Levigate =>
  new Levigate({
    apiKey: secret,
    baseUrl: 'http://gateway/v1',
    maxRetries: 0,
    fetch: async (input, init) => app.request(input instanceof URL ? input.href : input, init),
  });

test('pauses and resumes a job, and says that it has no checkpoints to serve', async () => {
  await using gateway = await createNodeGateway();
  const { jobs } = connect(gateway);
  const id = await createJob(gateway);
  expect(await jobs.pause(id)).toMatchObject({ id, status: 'paused' });
  expect(await jobs.resume(id)).toMatchObject({ id, status: 'queued' });
  expect((await jobs.checkpoints(id)).data).toEqual([]);
  await expect(jobs.pause('ftjob-missing')).rejects.toBeInstanceOf(NotFoundError);
});

test('asks for the report as JSON or, by name, as CSV', async () => {
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = async (input) => {
    const url = input instanceof URL ? input.href : 'not a URL';
    asked.push(url);
    return new Response(url.endsWith('csv') ? 'method,served\r\n' : '{"served":"levi"}');
  };
  const { jobs } = new Levigate({ apiKey: 'lvg_unused', baseUrl: 'http://gateway/v1', fetch });
  expect(await jobs.report('ftjob-1')).toEqual({ served: 'levi' });
  expect(await jobs.report('ftjob-1', { format: 'csv' })).toBe('method,served\r\n');
  expect(asked).toEqual([
    'http://gateway/v1/fine_tuning/jobs/ftjob-1/report',
    'http://gateway/v1/fine_tuning/jobs/ftjob-1/report?format=csv',
  ]);
});

test('asks for a verification, and is refused where there is nothing to verify', async () => {
  await using gateway = await createNodeGatewayWithWorker();
  const { jobs } = connect(gateway);
  await expect(jobs.verify(await createJob(gateway))).rejects.toMatchObject({ code: 'job_not_succeeded' });
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was queued');
  await worker.finish(lease);
  expect(await jobs.verify(lease.job_id)).toMatchObject({ status: 'queued', verifies: lease.job_id });
});

test('changes a webhook endpoint and gets it back', async () => {
  await using gateway = await createNodeGateway();
  const { webhookEndpoints } = connect(gateway);
  const { id, signing_secret: _, ...created } = await webhookEndpoints.create({ url: 'https://example.com/a' });
  const change = { url: 'https://example.com/b', status: 'disabled' } as const;
  const updated = await webhookEndpoints.update(id, change);
  expect(updated).toEqual({ ...created, id, ...change, disabled_reason: 'disabled on request' });
  expect(await webhookEndpoints.retrieve(id)).toEqual(updated);
  expect(await webhookEndpoints.update(id, { status: 'enabled' })).toMatchObject({ disabled_reason: null });
});

test.each([
  [204, true, null],
  [500, false, 'the receiver answered 500'],
] as const)('a test tells that the receiver answered %i', async (status, success, error) => {
  const webhooks = createFakeSender(() => answered(status));
  await using gateway = await createNodeGateway({ services: { webhooks } });
  const { webhookEndpoints } = connect(gateway);
  const { id } = await webhookEndpoints.create({ url: 'https://example.com/a' });
  const result = await webhookEndpoints.test(id, { event_type: 'fine_tuning.job.failed' });
  expect(result).toMatchObject({ event_type: 'fine_tuning.job.failed', success, status_code: status, error });
  const { data } = await webhookEndpoints.deliveries(id);
  expect(data.map((delivery) => delivery.id)).toEqual([result.delivery_id]);
  const replayed = await webhookEndpoints.replay(id, result.delivery_id);
  expect(replayed.event_id).toBe(data[0]?.event_id);
  await runOutbox(gateway.services);
  expect(webhooks.sent).toHaveLength(2);
});
