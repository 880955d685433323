import { expect, test } from 'vitest';
import packageJson from '../../../package.json' with { type: 'json' };
import { insertWorker } from '../../../src/store/queries/workers.ts';
import { createTestGateway } from '../../support/gateway.ts';

test('200: answers without a key, with the version of package.json', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json('/health', { secret: null });
  expect(status).toBe(200);
  expect(body).toEqual({ status: 'ok', version: packageJson.version, workers: { alive: 0, backbones: [] } });
});

test('200: sums up the workers that were heard of lately', async () => {
  await using gateway = await createTestGateway();
  const nowMs = gateway.clock.nowMs();
  const worker = {
    name: 'w',
    url: 'http://127.0.0.1:1',
    accessToken: 'secret',
    device: 'cpu',
    queuedInputs: 0,
    registeredMs: nowMs,
  };
  await insertWorker(gateway.db, { ...worker, id: 'wrk_1', backbones: ['b', 'a'], lastSeenMs: nowMs });
  await insertWorker(gateway.db, { ...worker, id: 'wrk_2', backbones: ['a'], lastSeenMs: nowMs });
  await insertWorker(gateway.db, { ...worker, id: 'wrk_3', backbones: ['c'], lastSeenMs: nowMs - 60_000 });
  const { body } = await gateway.json('/health', { secret: null });
  expect(body.workers).toEqual({ alive: 2, backbones: ['a', 'b'] });
});
