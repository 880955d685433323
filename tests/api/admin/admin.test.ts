import { describe, expect, test } from 'vitest';
import { QueueStats, SCOPES } from '../../../src/contract/index.ts';
import { updateApiKey } from '../../../src/store/queries/api-keys.ts';
import { answerAll } from '../../support/answer-all.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { createJob } from '../../support/training-data.ts';

describe('GET /v1/admin/queue-stats', () => {
  test('200: flat numbers of everything that waits, over all projects', async () => {
    await using gateway = await createGatewayWithWorker();
    const { secret } = await gateway.createProject();
    await createJob(gateway);
    gateway.clock.advance(7_000);
    await createJob(gateway, {}, secret);
    const worker = await gateway.startWorker();
    await worker.heartbeat({ queued_inputs: 5, queued_tokens: 80, in_flight: 2 });
    const other = await gateway.startWorker({ name: 'other' });
    await other.heartbeat({ queued_inputs: 1, queued_tokens: 20, in_flight: 1, is_draining: true });
    const { status, body } = await gateway.json('/v1/admin/queue-stats');
    expect(status).toBe(200);
    expect(QueueStats.parse(body)).toEqual({
      object: 'queue_stats',
      demand: 5,
      queued_jobs: 2,
      running_jobs: 0,
      oldest_queued_job_age_s: 7,
      waiting_predictions: 0,
      refused_predictions: 0,
      oldest_waiting_prediction_age_s: 0,
      in_flight_predictions: 3,
      queued_inputs: 6,
      queued_tokens: 100,
      workers_alive: 2,
      workers_draining: 1,
    });
    await worker.claim();
    expect((await gateway.json('/v1/admin/queue-stats')).body).toMatchObject({ queued_jobs: 1, running_jobs: 1 });
    const ofOther = await gateway.json('/v1/admin/queue-stats?backbone=mobilenet-v2');
    expect(ofOther.body).toMatchObject({ queued_jobs: 0, running_jobs: 0, workers_alive: 2 });
  });

  test('403: a key without admin:read', async () => {
    await using gateway = await createTestGateway();
    const secret = await gateway.createKey({ scopes: SCOPES.filter((scope) => scope !== 'admin:read') });
    expect((await gateway.json('/v1/admin/queue-stats', { secret })).status).toBe(403);
  });
});

describe('/v1/admin/projects', () => {
  test('a new project: its key works, and cannot administrate', async () => {
    await using gateway = await createTestGateway();
    const made = await gateway.json('/v1/admin/projects', {
      method: 'POST',
      json: { name: 'tenant', limits: { requests_per_minute: 10 } },
    });
    expect(made.status).toBe(200);
    const { id, api_key: key } = made.body;
    expect(made.body).toMatchObject({ object: 'project', name: 'tenant', limits: { requests_per_minute: 10 } });
    expect((await gateway.json('/v1/models', { secret: key.secret })).status).toBe(200);
    expect((await gateway.json('/v1/admin/projects', { secret: key.secret })).status).toBe(403);
    expect(
      (await gateway.json('/v1/admin/projects', { method: 'POST', secret: key.secret, json: { name: 'x' } })).status,
    ).toBe(403);
    const listed = await gateway.json('/v1/admin/projects');
    const ids = listed.body.data.map((project: { id: string }) => project.id);
    expect(new Set(ids)).toEqual(new Set(['proj_default', id]));
    expect(JSON.stringify(listed.body)).not.toContain(key.secret);
    expect((await gateway.json(`/v1/admin/projects/${id}`)).body).toMatchObject({ id, name: 'tenant' });
  });

  test('404 and 400', async () => {
    await using gateway = await createTestGateway();
    for (const method of ['GET', 'POST']) {
      const init = method === 'POST' ? { method, json: {} } : { method };
      const { status, body } = await gateway.json('/v1/admin/projects/proj_none', init);
      expect([status, body.error.code]).toEqual([404, 'project_not_found']);
    }
    const update = (json: unknown) => gateway.json('/v1/admin/projects/proj_default', { method: 'POST', json });
    expect((await update({ limits: { requests: 1 } })).status).toBe(400);
    expect((await update({ limits: { storage_bytes: -1 } })).body.error.param).toBe('limits.storage_bytes');
    expect((await update({ name: 'renamed' })).body).toMatchObject({ name: 'renamed', limits: null });
  });
});

describe('GET /metrics', () => {
  test('200: counts, times and what waits, by registered route, without secrets or ids', async () => {
    await using gateway = await createGatewayWithWorker({
      services: { workers: { post: async (call) => answerAll(call) } },
    });
    const { model, jobId } = await gateway.trainModel();
    await gateway.json('/v1/predict', { method: 'POST', json: { model, input: ['a', 'b'] } });
    await gateway.json('/v1/predict', { method: 'POST', json: { model: 'ft:none', input: 'a' } });
    await gateway.request('/nobody/knows/this');
    const response = await gateway.request('/metrics');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const text = await response.text();
    for (const line of [
      'te_request_count 2',
      'te_request_success 1',
      'te_request_failure{err="model_not_found"} 1',
      'te_request_input_count 2',
      'te_request_input_tokens 8',
      'levigate_http_requests_total{method="POST",route="/v1/predict",status="200"} 1',
      'levigate_http_requests_total{method="POST",route="/v1/predict",status="404"} 1',
      'levigate_http_requests_total{method="GET",route="none",status="404"} 1',
      'levigate_workers_alive 1',
      'levigate_queued_jobs 0',
      'te_request_duration_count 2',
    ])
      expect(text.split('\n')).toContain(line);
    for (const secret of [gateway.secret, model, jobId, 'nobody']) expect(text).not.toContain(secret);
  });

  test('401 without a key, 403 without admin:read', async () => {
    await using gateway = await createTestGateway();
    expect((await gateway.request('/metrics', { secret: null })).status).toBe(401);
    const secret = await gateway.createKey({ scopes: ['predict'] });
    expect((await gateway.request('/metrics', { secret })).status).toBe(403);
  });
});

test("the default key of an earlier release gets this release's scopes when the gateway starts", async () => {
  await using gateway = await createTestGateway();
  const { db } = gateway;
  const { keyId, secret } = await gateway.run('ensureDefaultProject', { secret: 'lvg_of_the_operator_himself' });
  await updateApiKey(db, { projectId: gateway.projectId, id: keyId, change: { scopes: ['predict'] } });
  await gateway.run('ensureDefaultProject', { secret });
  expect((await gateway.json('/v1/admin/queue-stats', { secret })).status).toBe(200);
});
