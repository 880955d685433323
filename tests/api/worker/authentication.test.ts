import { expect, test } from 'vitest';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';

const ROUTES = [
  ['POST', '/register'],
  ['POST', '/heartbeat'],
  ['POST', '/jobs/claim'],
  ['POST', '/jobs/x/heartbeat'],
  ['PUT', '/jobs/x/artifacts/adapter'],
  ['GET', '/jobs/x/checkpoint'],
  ['GET', '/jobs/x/files/y'],
  ['POST', '/jobs/x/complete'],
  ['POST', '/jobs/x/fail'],
  ['POST', '/jobs/x/release'],
  ['GET', '/adapters/x'],
] as const;

test.each(ROUTES)("401: %s %s takes neither no token nor a user's API key", async (method, path) => {
  await using gateway = await createGatewayWithWorker();
  for (const secret of [null, gateway.secret]) {
    const { status } = await gateway.request(`/worker/v1${path}`, { method, secret });
    expect(status).toBe(401);
  }
});

test('401: a worker token is no API key', async () => {
  await using gateway = await createGatewayWithWorker();
  expect((await gateway.request('/v1/models', { secret: gateway.workerToken })).status).toBe(401);
});
