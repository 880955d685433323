import { expect, test } from 'vitest';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob } from '../../support/training-data.ts';

const post = async (gateway: GatewayWithWorker, id: string, verb: string): Promise<string> =>
  (await gateway.json(`/v1/fine_tuning/jobs/${id}/${verb}`, { method: 'POST' })).body.status;

test('200: a queued job pauses at once, is leased to nobody, and is queued again by resume', async () => {
  await using gateway = await createGatewayWithWorker();
  const id = await createJob(gateway);
  const worker = await gateway.startWorker();
  expect(await post(gateway, id, 'pause')).toBe('paused');
  expect(await worker.claim()).toBeNull();
  expect(await post(gateway, id, 'resume')).toBe('queued');
  expect((await worker.claim())?.job_id).toBe(id);
});

test('200: a running job pauses when its worker obeys, and resumes from its checkpoint', async () => {
  await using gateway = await createGatewayWithWorker();
  const id = await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was leased');
  expect(await post(gateway, id, 'pause')).toBe('running');
  await worker.upload(lease, 'checkpoint', 'step 3');
  expect((await worker.release(lease, 'paused')).body.status).toBe('paused');
  await post(gateway, id, 'resume');
  expect(await worker.claim()).toMatchObject({ job_id: id, has_checkpoint: true, attempt: 1 });
});

test('200: asked twice, pause and resume change nothing more', async () => {
  await using gateway = await createGatewayWithWorker();
  const id = await createJob(gateway);
  expect([await post(gateway, id, 'pause'), await post(gateway, id, 'pause')]).toEqual(['paused', 'paused']);
  expect([await post(gateway, id, 'resume'), await post(gateway, id, 'resume')]).toEqual(['queued', 'queued']);
});
