import { expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/index.ts';
import { uploadFile } from '../../support/training-data.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { sha256 } from '../../support/fake-worker.ts';

const BACKBONE = 'all-minilm-l6-v2';

test("200: lists the project's models, newest first, then the backbones, with root and parent", async () => {
  await using gateway = await createGatewayWithWorker();
  const older = await gateway.trainModel();
  gateway.clock.advance(1_000);
  const newer = await gateway.trainModel({ fields: { suffix: 'tickets' } });
  const other = await gateway.createProject();
  await gateway.trainModel({ secret: other.secret });
  const { status, body } = await gateway.json('/v1/models');
  expect(status).toBe(200);
  expect(body).toMatchObject({
    object: 'list',
    data: [
      { id: newer.model, object: 'model', owned_by: gateway.projectId, root: BACKBONE, parent: BACKBONE },
      { id: older.model },
      { id: BACKBONE, object: 'model', owned_by: 'sentence-transformers', root: BACKBONE, parent: null },
      { id: 'mobilenet-v2', object: 'model', root: 'mobilenet-v2', parent: null },
    ],
  });
  expect(body.data).toHaveLength(4);
  expect(newer.model).toMatch(/^ft:all-minilm-l6-v2:proj_default:tickets:/);
});

test('200: answers a model by an id with colons, encoded or not, and a backbone', async () => {
  await using gateway = await createGatewayWithWorker();
  const { model } = await gateway.trainModel();
  for (const path of [model, encodeURIComponent(model)]) {
    const { status, body } = await gateway.json(`/v1/models/${path}`);
    expect({ status, id: body.id }).toEqual({ status: 200, id: model });
  }
  expect((await gateway.json(`/v1/models/${BACKBONE}`)).body.parent).toBeNull();
});

test('200: a deleted model is gone for everybody, and so is its adapter', async () => {
  await using gateway = await createGatewayWithWorker();
  const { jobId, model } = await gateway.trainModel();
  const worker = await gateway.startWorker();
  const adapter = `/adapters/${sha256(`adapter of ${jobId}`)}`;
  expect((await worker.download(adapter)).status).toBe(200);
  const { status, body } = await gateway.json(`/v1/models/${model}`, { method: 'DELETE' });
  expect({ status, body }).toEqual({ status: 200, body: { id: model, object: 'model', deleted: true } });
  expect((await worker.download(adapter)).status).toBe(404);
  const json = { model, input: 'x' };
  const answers = [
    await gateway.json(`/v1/models/${model}`),
    await gateway.json(`/v1/models/${model}`, { method: 'DELETE' }),
    await gateway.json('/v1/predict', { method: 'POST', json }),
  ];
  for (const answer of answers) {
    expect({ status: answer.status, code: answer.body.error.code }).toEqual({ status: 404, code: 'model_not_found' });
  }
  expect((await gateway.json('/v1/models')).body.data).toHaveLength(2);
});

test('403: the key lacks models:write; a backbone cannot be deleted', async () => {
  await using gateway = await createGatewayWithWorker();
  const { model } = await gateway.trainModel();
  const secret = await gateway.createKey({ scopes: ['models:read'] });
  expect((await gateway.json(`/v1/models/${model}`, { method: 'DELETE', secret })).status).toBe(403);
  expect((await gateway.json(`/v1/models/${BACKBONE}`, { method: 'DELETE' })).status).toBe(403);
});

test("404: another project's model is the same answer as none, for reading and for deleting", async () => {
  await using gateway = await createGatewayWithWorker();
  const { secret } = await gateway.createProject();
  const { model } = await gateway.trainModel({ secret });
  for (const method of ['GET', 'DELETE']) {
    for (const id of [model, 'ft:none']) {
      const { status, body } = await gateway.json(`/v1/models/${id}`, { method });
      expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'model_not_found' });
    }
  }
  expect((await gateway.json(`/v1/models/${model}`, { secret })).status).toBe(200);
});

test('409: a model that an unfinished batch asks, or an unfinished verification compares with', async () => {
  await using gateway = await createGatewayWithWorker();
  const { model, jobId } = await gateway.trainModel();
  const remove = () => gateway.json(`/v1/models/${model}`, { method: 'DELETE' });
  const content = `${JSON.stringify({ custom_id: 'a', method: 'POST', url: '/v1/predict', body: { model, input: 'x' } })}\n`;
  const input_file_id = await uploadFile(gateway, { content, purpose: 'batch' });
  const json = { input_file_id, endpoint: '/v1/predict', completion_window: '24h' };
  const { body: batch } = await gateway.json('/v1/batches', { method: 'POST', json });
  const answer = () => Promise.reject(new LevigateError('no_worker', 'not now'));
  await gateway.runBatches(answer);
  const asked = await remove();
  expect([asked.status, asked.body.error.code, asked.headers.get('x-should-retry')]).toEqual([
    409,
    'model_in_use',
    'false',
  ]);
  await gateway.json(`/v1/batches/${batch.id}/cancel`, { method: 'POST' });
  await gateway.runBatches(answer);
  const { body: verification } = await gateway.json(`/v1/fine_tuning/jobs/${jobId}/verify`, { method: 'POST' });
  expect((await remove()).body.error.code).toBe('model_in_use');
  await gateway.json(`/v1/fine_tuning/jobs/${verification.id}/cancel`, { method: 'POST' });
  expect((await remove()).status).toBe(200);
});
