import { describe, expect, test } from 'vitest';
import { WorkerPredictRequest } from '../../../src/contract/index.ts';
import type { WorkerAnswer, WorkerCall } from '../../../src/services/ports.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';

async function createPurgeGateway(respond: (call: WorkerCall) => WorkerAnswer) {
  const calls: WorkerCall[] = [];
  const gateway = await createGatewayWithWorker({
    services: {
      workers: {
        post: async (call) => {
          calls.push(call);
          return respond(call);
        },
      },
    },
  });
  const saltOfNextPrediction = async (model: string): Promise<string> => {
    await gateway.json('/v1/predict', { method: 'POST', json: { model, input: 'x' } });
    return WorkerPredictRequest.parse(JSON.parse(calls.at(-1)?.body ?? '')).cache_salt;
  };
  return Object.assign(gateway, { calls, saltOfNextPrediction });
}

const purge = (gateway: { json: Awaited<ReturnType<typeof createGatewayWithWorker>>['json'] }, secret?: string) =>
  gateway.json('/v1/feature_cache', { method: 'DELETE', secret });

const erased: WorkerAnswer = { status: 200, body: JSON.stringify({ entries: 3 }), retryAfter: null };

describe('DELETE /v1/feature_cache', () => {
  test("200: each worker erases what it kept under the project's old salt, and a new one is used from then on", async () => {
    await using gateway = await createPurgeGateway(() => erased);
    const { model } = await gateway.trainModel();
    const before = await gateway.saltOfNextPrediction(model);
    const { status, body } = await purge(gateway);
    expect([status, body]).toEqual([
      200,
      { object: 'feature_cache.purged', workers: [{ name: 'trainer', entries: 3 }] },
    ]);
    expect(gateway.calls.at(-1)).toMatchObject({
      url: expect.stringMatching(/\/feature-cache\/purge$/),
      body: JSON.stringify({ cache_salt: before }),
    });
    expect(await gateway.saltOfNextPrediction(model)).not.toBe(before);
  });

  test('200: a worker that cannot be reached is named, and what it keeps is out of reach', async () => {
    await using gateway = await createPurgeGateway(({ url }) => {
      if (url.endsWith('purge')) throw new Error('connect ECONNREFUSED');
      return erased;
    });
    const { model } = await gateway.trainModel();
    const before = await gateway.saltOfNextPrediction(model);
    expect((await purge(gateway)).body.workers).toEqual([{ name: 'trainer', entries: null }]);
    expect(await gateway.saltOfNextPrediction(model)).not.toBe(before);
  });

  test('403: a key that may only predict', async () => {
    await using gateway = await createPurgeGateway(() => erased);
    const created = await gateway.json('/v1/api_keys', {
      method: 'POST',
      json: { name: 'predict only', scopes: ['predict'] },
    });
    const { status, body } = await purge(gateway, created.body.secret);
    expect([status, body.error.code]).toEqual([403, 'insufficient_scope']);
  });
});
