import { describe, expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/errors.ts';
import type { WorkerHealth } from '../../../src/contract/worker-protocol.ts';
import { projectOf } from '../../../gpu-worker/src/features/feature-key.ts';
import { createWorkerMetrics } from '../../../gpu-worker/src/metrics/worker-metrics.ts';
import { createActivity } from '../../../gpu-worker/src/server/activity.ts';
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

const workerToken = 'w'.repeat(43);
const purged: string[] = [];
const pinned = new Set<string>();

function app(predict: Predict = async () => answer, status: WorkerHealth['status'] = 'ready') {
  const health = () => ({ status, device: 'cpu', backbones: ['tiny'], detail: null });
  const unasked = async () => Promise.reject(new Error('not asked for'));
  const verbs = {
    predict,
    embed: unasked,
    embed_tokens: unasked,
    tokenize: unasked,
    decode: unasked,
    export: unasked,
    graph: unasked,
  };
  const activity = createActivity();
  const metrics = createWorkerMetrics({
    queuedInputs: () => 7,
    requestsInFlight: () => activity.inFlight,
    residentAdapters: () => 3,
    pinnedAdapters: () => pinned.size,
    adapterBytes: () => 300,
    featureBytes: () => ({ memory: 1, disk: 2 }),
  });
  return createWorkerApp({
    accessToken,
    workerToken,
    verbs,
    health,
    metrics,
    activity,
    adapters: {
      pin: async (sha256) => void pinned.add(sha256),
      unpin: (sha256) => void pinned.delete(sha256),
      get pinned() {
        return [...pinned];
      },
    },
    cache: {
      purge: async (project) => {
        purged.push(project);
        return 5;
      },
    },
  });
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

  test("200: times, tokens and the cache's share in headers", async () => {
    const timings = { queueMs: 1.234, tokenizationMs: 2, inferenceMs: 3.5 };
    const on = app(async () => ({ data: [], usage: { input_tokens: 9, cached_inputs: 1 }, timings }));
    const { headers } = await post({ ...request, inputs: [{ text: 'one' }, { text: 'three' }] }, { on });
    expect(Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-')))).toMatchObject({
      'x-compute-type': 'cpu',
      'x-compute-characters': '8',
      'x-compute-tokens': '9',
      'x-queue-time': '1.23',
      'x-tokenization-time': '2',
      'x-inference-time': '3.5',
      'x-total-time': expect.stringMatching(/^\d/),
      'x-feature-cache-hits': '1',
      'x-feature-cache-misses': '1',
    });
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

  test('GET /metrics counts requests under the names that dashboards know', async () => {
    const on = app(async ({ inputs }) => {
      if (inputs.length > 1) throw new LevigateError('overloaded', 'full', { retryAfterS: 3 });
      return answer;
    });
    await post(request, { on });
    await post({ ...request, inputs: [{ text: 'a' }, { text: 'b' }] }, { on });
    const response = await on.request('/metrics');
    const text = await response.text();
    expect(response.headers.get('content-type')).toContain('text/plain');
    for (const line of [
      'te_request_count 2',
      'te_request_success 1',
      'te_request_failure{err="overloaded"} 1',
      'te_queue_size 7',
      'te_request_duration_count 1',
      'levigate_adapters_resident 3',
      'levigate_feature_cache_inputs_total{result="miss"} 1',
      'levigate_requests_in_flight 0',
    ])
      expect(text).toContain(`\n${line}\n`);
  });

  describe.each([
    ["the gateway's token", accessToken],
    ["the operator's token", workerToken],
  ])('%s', (_name, token) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };

    test('purges what is kept of a project', async () => {
      const body = JSON.stringify({ cache_salt: 'salt' });
      const response = await app().request('/feature-cache/purge', { method: 'POST', headers, body });
      expect(await response.json()).toEqual({ entries: 5 });
      expect(purged.at(-1)).toBe(projectOf('salt'));
    });

    test('pins adapters and lets them go', async () => {
      const path = `/adapters/${'a'.repeat(64)}/pin`;
      const put = await app().request(path, { method: 'PUT', headers });
      expect(await put.json()).toEqual({ pinned: ['a'.repeat(64)] });
      const removed = await app().request(path, { method: 'DELETE', headers });
      expect(await removed.json()).toEqual({ pinned: [] });
    });
  });

  test.each(['/feature-cache/purge', '/adapters/pinned'])('401: %s without a token', async (path) => {
    expect((await app().request(path, { method: path.endsWith('purge') ? 'POST' : 'GET' })).status).toBe(401);
  });
});
