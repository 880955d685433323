import { describe, expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { WorkerHealth } from '../../../src/contract/worker-protocol.ts';
import { createWorkerApp } from '../../../gpu-worker/src/server/worker-app.ts';
import type { Predict } from '../../../gpu-worker/src/predict/predict.ts';

const accessToken = 'a'.repeat(43);
const request = {
  backbone: 'tiny',
  cache_salt: 's',
  adapters: [{ model: 'm', sha256: 'h', bytes: 1 }],
  inputs: [{ text: 'x' }],
};
const answer = {
  data: [],
  usage: { input_tokens: 1, cached_inputs: 0 },
  timings: { queueMs: 0, tokenizationMs: 0, inferenceMs: 0 },
};

function app(predict: Predict = async () => answer, status: WorkerHealth['status'] = 'ready') {
  const health = () => ({ status, device: 'cpu', backbones: ['tiny'], detail: null });
  const unasked = async () => Promise.reject(new Error('not asked for'));
  const verbs = { predict, embed: unasked, embed_tokens: unasked, tokenize: unasked, decode: unasked };
  return createWorkerApp({ accessToken, verbs, health });
}

const post = (body: unknown, { token = accessToken, on = app() } = {}) =>
  on.request('/predict', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe("the worker's server", () => {
  test('200: answers a prediction', async () => {
    const response = await post(request);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(answer);
  });

  test('401: without its access token', async () => {
    const response = await post(request, { token: 'b'.repeat(43) });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  test.each([
    ['a body that is not JSON', '{'],
    ['an unknown key', { ...request, extra: 1 }],
    ['no input', { ...request, inputs: [] }],
  ])('400: %s', async (_name, body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_request' } });
  });

  test('413: a body beyond the bound', async () => {
    const response = await post('x'.repeat(21 * 1024 * 1024));
    expect(response.status).toBe(413);
  });

  test('429: overloaded, with the time to come back', async () => {
    const on = app(() => Promise.reject(new LevigateError('overloaded', 'full', { retryAfterS: 3 })));
    const response = await post(request, { on });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '3']);
  });

  test('500: an unexpected error tells the caller nothing of its inside', async () => {
    const on = app(() => Promise.reject(new Error('/secret/path')));
    const response = await post(request, { on });
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  });

  test('503: draining', async () => {
    const response = await post(request, { on: app(undefined, 'draining') });
    expect(response.status).toBe(503);
  });

  test('GET /health says its state and needs no token', async () => {
    const ready = await app().request('/health');
    expect([ready.status, await ready.json()]).toEqual([
      200,
      { status: 'ready', device: 'cpu', backbones: ['tiny'], detail: null },
    ]);
    expect((await app(undefined, 'starting').request('/health')).status).toBe(503);
  });
});
