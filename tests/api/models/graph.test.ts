import { describe, expect, test } from 'vitest';
import { sha256 } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createScriptedWorkers, refusal } from '../../support/scripted-worker.ts';

const BACKBONE = 'all-minilm-l6-v2';

async function open(script: Parameters<typeof createScriptedWorkers>[0] = {}) {
  const { workers, asked } = createScriptedWorkers(script);
  const gateway = await createGatewayWithWorker({ services: { workers } });
  const { jobId, model } = await gateway.trainModel();
  await gateway.startWorker();
  return { gateway, asked, jobId, model, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

describe('GET /v1/models/{model}/graph', () => {
  test('200: a worker tells how a model is put together, from its adapter', async () => {
    await using opened = await open();
    const { status, body } = await opened.gateway.json(`/v1/models/${opened.model}/graph`);
    expect({ status, object: body.object, model: body.model }).toEqual({
      status: 200,
      object: 'model.graph',
      model: opened.model,
    });
    const bytes = `adapter of ${opened.jobId}`;
    const adapter = { sha256: sha256(bytes), bytes: bytes.length };
    expect(opened.asked.at(-1)).toEqual({
      verb: 'graph',
      request: { backbone: BACKBONE, model: opened.model, adapter },
    });
  });

  test('200: a bare backbone has no adapter', async () => {
    await using opened = await open();
    expect((await opened.gateway.json(`/v1/models/${BACKBONE}/graph`)).status).toBe(200);
    expect(opened.asked.at(-1)?.request).toEqual({ backbone: BACKBONE, model: BACKBONE, adapter: null });
  });

  test('403: without the scope models:read', async () => {
    await using opened = await open();
    const secret = await opened.gateway.createKey({ scopes: ['predict'] });
    expect((await opened.gateway.json(`/v1/models/${BACKBONE}/graph`, { secret })).status).toBe(403);
  });

  test("404: another project's model, and one that is not there, alike", async () => {
    await using opened = await open();
    const { secret } = await opened.gateway.createProject();
    for (const [path, init] of [
      [opened.model, { secret }],
      ['ft:none', {}],
    ] as const) {
      const { status, body } = await opened.gateway.json(`/v1/models/${path}/graph`, init);
      expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'model_not_found' });
    }
  });

  test("the worker's own refusal is passed on", async () => {
    await using opened = await open({ graph: () => refusal(400, 'adapter_invalid', 'The adapter has no manifest.') });
    const { body } = await opened.gateway.json(`/v1/models/${opened.model}/graph`);
    expect(body.error).toMatchObject({ code: 'adapter_invalid', message: 'The adapter has no manifest.' });
  });
});
