import { describe, expect, test } from 'vitest';
import { LevigateError, LIMITS } from '../../../src/contract/index.ts';
import { HEARTBEAT_MS } from '../../../src/services/workers/list-alive.ts';
import type { WorkerAnswer, WorkerCall, WorkerTransport } from '../../../src/services/ports.ts';
import { answerAll } from '../../support/answer-all.ts';
import { ACCESS_TOKEN } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';

const BACKBONE = 'all-minilm-l6-v2';
type Respond = (call: WorkerCall) => Promise<WorkerAnswer> | WorkerAnswer;

async function createPredictGateway(respond: Respond = answerAll) {
  const calls: WorkerCall[] = [];
  const workers: WorkerTransport = {
    post: async (call) => {
      calls.push(call);
      return respond(call);
    },
  };
  const gateway = await createGatewayWithWorker({ services: { workers } });
  return { ...gateway, calls, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

const predict = (gateway: GatewayWithWorker, json: unknown, secret?: string) =>
  gateway.json('/v1/predict', { method: 'POST', json, secret });

describe('200', () => {
  test('a text, a record and a list of both; timings in headers, in ms', async () => {
    await using gateway = await createPredictGateway();
    const { model } = await gateway.trainModel();
    const one = await predict(gateway, { model, input: 'hello' });
    expect(one.status).toBe(200);
    expect(one.body).toEqual({
      object: 'list',
      data: [
        {
          object: 'prediction',
          index: 0,
          model,
          label: 'hello',
          score: 0.9,
          labels: [{ label: 'hello', score: 0.9 }],
          disagreement: 0.1,
          shift_score: 0.5,
        },
      ],
      usage: { input_tokens: 4, cached_inputs: 1 },
    });
    expect(['x-queue-time', 'x-tokenization-time', 'x-inference-time'].map((name) => one.headers.get(name))).toEqual([
      '1.23',
      '2',
      '3.5',
    ]);
    const many = await predict(gateway, { model, input: ['a', { text: 'b', fields: { plan: 'pro' } }] });
    expect(many.body.data.map(({ label }: { label: string }) => label)).toEqual(['a', 'b']);
    expect(JSON.parse(gateway.calls[1]?.body ?? '').inputs).toEqual([
      { text: 'a' },
      { text: 'b', fields: { plan: 'pro' } },
    ]);
  });

  test('asks the worker for sets, abstention and nearest examples, and hands on what it notes', async () => {
    const notes = ['m: coverage: 8 validation rows are too few'];
    await using gateway = await createPredictGateway((call) => {
      const { status, body } = answerAll(call);
      return { status, body: JSON.stringify({ ...(JSON.parse(body) as object), notes }) };
    });
    const { model } = await gateway.trainModel();
    const asked = { coverage: 0.9, abstain_at_risk: 0.05, nearest: 3 };
    const { body } = await predict(gateway, { model, input: 'a', ...asked });
    expect(JSON.parse(gateway.calls[0]?.body ?? '')).toMatchObject(asked);
    expect(body.notes).toEqual(notes);
  });

  test('many models: ordered by input, then by model as asked, in one call to the worker', async () => {
    await using gateway = await createPredictGateway();
    const first = await gateway.trainModel();
    const second = await gateway.trainModel();
    const { body } = await predict(gateway, { models: [second.model, first.model], input: ['a', 'b'] });
    expect(body.data.map(({ index, model }: { index: number; model: string }) => [index, model])).toEqual([
      [0, second.model],
      [0, first.model],
      [1, second.model],
      [1, first.model],
    ]);
    expect(gateway.calls).toHaveLength(1);
  });

  test('the worker is told adapters, salt, top_k and views, with its own token, deadline and request id', async () => {
    await using gateway = await createPredictGateway();
    await gateway.startWorker({ name: 'only', url: 'http://10.0.0.1:9/base' });
    const { model } = await gateway.trainModel();
    await gateway.json('/v1/predict', {
      method: 'POST',
      json: { model, input: 'a', top_k: 3, views: true },
      headers: { 'x-request-id': 'req-of-mine' },
    });
    const [call] = gateway.calls;
    expect(call).toMatchObject({ accessToken: ACCESS_TOKEN, requestId: 'req-of-mine' });
    expect(call?.timeoutMs).toBeLessThanOrEqual(gateway.settings.predictTimeoutMs);
    expect(call?.url).toMatch(/\/predict$/);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      backbone: BACKBONE,
      cache_salt: expect.any(String),
      adapters: [{ model, sha256: expect.stringMatching(/^[0-9a-f]{64}$/), bytes: expect.any(Number) }],
      top_k: 3,
      views: true,
    });
  });
});

describe('400', () => {
  test('a bare backbone is refused with what to use instead', async () => {
    await using gateway = await createPredictGateway();
    const { status, body } = await predict(gateway, { model: BACKBONE, input: 'a' });
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({
      status: 400,
      code: 'model_is_backbone',
      param: 'model',
    });
    expect(body.error.message).toContain('fine_tuned_model');
  });

  const wrong: readonly [string, Record<string, unknown>, string][] = [
    ['neither model nor models', { input: 'a' }, 'model'],
    ['both model and models', { model: 'a', models: ['b'], input: 'a' }, 'model'],
    ['a model named twice', { models: ['a', 'b', 'a'], input: 'a' }, 'models.2'],
    ['no input', { model: 'a' }, 'input'],
    ['an empty text', { model: 'a', input: '' }, 'input'],
    ['an empty text in a list', { model: 'a', input: ['a', { text: '' }] }, 'input.1.text'],
    ['an empty list', { model: 'a', input: [] }, 'input'],
    ['too many inputs', { model: 'a', input: Array.from({ length: LIMITS.predictInputs + 1 }, () => 'a') }, 'input'],
    [
      'too many models',
      { models: Array.from({ length: LIMITS.predictModels + 1 }, (_, n) => `m${n}`), input: 'a' },
      'models',
    ],
    ['top_k of none', { model: 'a', input: 'a', top_k: 0 }, 'top_k'],
    ['a level of one', { model: 'a', input: 'a', coverage: 1 }, 'coverage'],
    ['no risk at all', { model: 'a', input: 'a', abstain_at_risk: 0 }, 'abstain_at_risk'],
    ['too many neighbours', { model: 'a', input: 'a', nearest: LIMITS.predictNearest + 1 }, 'nearest'],
  ];
  test.each(wrong)('%s', async (_, json, param) => {
    await using gateway = await createPredictGateway();
    const { status, body } = await predict(gateway, json);
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({
      status: 400,
      code: 'invalid_request',
      param,
    });
  });
});

test('403: the key lacks predict', async () => {
  await using gateway = await createPredictGateway();
  const { model } = await gateway.trainModel();
  const secret = await gateway.createKey({ scopes: ['models:read'] });
  expect((await predict(gateway, { model, input: 'a' }, secret)).status).toBe(403);
});

test("404: an unknown model and another project's are the same answer, naming the field", async () => {
  await using gateway = await createPredictGateway();
  const { model: own } = await gateway.trainModel();
  const { secret } = await gateway.createProject();
  const { model: foreign } = await gateway.trainModel({ secret });
  for (const id of ['ft:none', foreign]) {
    const { status, body } = await predict(gateway, { models: [own, id], input: 'a' });
    expect({ status, code: body.error.code, param: body.error.param }).toEqual({
      status: 404,
      code: 'model_not_found',
      param: 'models.1',
    });
  }
});

test('413: a body above the limit', async () => {
  await using gateway = await createPredictGateway();
  const input = 'x'.repeat(LIMITS.predictBodyBytes);
  const { status, body } = await predict(gateway, { model: 'a', input });
  expect({ status, code: body.error.code }).toEqual({ status: 413, code: 'payload_too_large' });
});

describe("the worker's own error passes through", () => {
  const error = (code: string) =>
    JSON.stringify({ error: { message: 'said by the worker', type: 'x', param: 'input', code } });

  test('429: overloaded, with its Retry-After', async () => {
    await using gateway = await createPredictGateway(() => ({
      status: 429,
      body: error('overloaded'),
      retryAfter: '2',
    }));
    const { model } = await gateway.trainModel();
    const { status, body, headers } = await predict(gateway, { model, input: 'a' });
    expect({ status, retryAfter: headers.get('retry-after') }).toEqual({ status: 429, retryAfter: '2' });
    expect(body.error).toMatchObject({ code: 'overloaded', message: 'said by the worker', param: 'input' });
    expect(gateway.calls).toHaveLength(1);
  });

  test.each([
    ['a failure between gateway and worker', { status: 401, body: error('invalid_api_key') }],
    ['a page of a proxy', { status: 500, body: '<html>' }],
    ['an answer of another form', { status: 200, body: '{"data":[]}' }],
    [
      'an answer that lacks an input',
      {
        status: 200,
        body: '{"data":[],"usage":{"input_tokens":0,"cached_inputs":0},"timings":{"queueMs":0,"tokenizationMs":0,"inferenceMs":0}}',
      },
    ],
  ])('502: %s', async (_, answer) => {
    await using gateway = await createPredictGateway(() => answer);
    const { model } = await gateway.trainModel();
    const { status, body } = await predict(gateway, { model, input: 'a' });
    expect({ status, code: body.error.code }).toEqual({ status: 502, code: 'worker_failed' });
  });
});

describe('a worker that is gone', () => {
  test('200: the next one serves', async () => {
    const failed: string[] = [];
    await using gateway = await createPredictGateway((call) => {
      if (failed.length > 0) return answerAll(call);
      failed.push(call.url);
      throw new Error('connect ECONNREFUSED');
    });
    await gateway.startWorker({ name: 'b', url: 'http://10.0.0.2:1' });
    const { model } = await gateway.trainModel();
    expect((await predict(gateway, { model, input: 'a' })).status).toBe(200);
    expect(gateway.calls.map(({ url }) => url)).not.toEqual([failed[0], failed[0]]);
  });

  test('200: one that is starting or draining is passed over', async () => {
    const body = JSON.stringify({
      error: { message: 'draining', type: 'server_error', param: null, code: 'no_worker' },
    });
    let refused = '';
    await using gateway = await createPredictGateway((call) => {
      refused ||= call.url;
      return call.url === refused ? { status: 503, body } : answerAll(call);
    });
    await gateway.startWorker({ name: 'b', url: 'http://10.0.0.2:1' });
    const { model } = await gateway.trainModel();
    expect((await predict(gateway, { model, input: 'a' })).status).toBe(200);
  });

  test('502: nobody else is there; it is tried twice and no more', async () => {
    await using gateway = await createPredictGateway(() => {
      throw new Error('socket hang up');
    });
    const { model } = await gateway.trainModel();
    const { status, body, headers } = await predict(gateway, { model, input: 'a' });
    expect({ status, code: body.error.code }).toEqual({ status: 502, code: 'worker_failed' });
    expect(headers.get('retry-after')).toBe('1');
    expect(gateway.calls).toHaveLength(2);
  });

  test('503: none said anything within three heartbeats; Retry-After says when to come again', async () => {
    await using gateway = await createPredictGateway();
    const { model } = await gateway.trainModel();
    gateway.clock.advance(3 * HEARTBEAT_MS + 1);
    const { status, body, headers } = await predict(gateway, { model, input: 'a' });
    expect({ status, code: body.error.code, retryAfter: headers.get('retry-after') }).toEqual({
      status: 503,
      code: 'no_worker',
      retryAfter: '5',
    });
    expect(gateway.calls).toEqual([]);
  });

  test('504: a deadline that has passed is not spent a second time', async () => {
    await using gateway = await createPredictGateway(() => {
      throw new LevigateError('timeout', 'too long');
    });
    const { model } = await gateway.trainModel();
    expect((await predict(gateway, { model, input: 'a' })).status).toBe(504);
    expect(gateway.calls).toHaveLength(1);
  });
});

test('a client that goes away takes its request to the worker along', async () => {
  const abort = new AbortController();
  const heard = Promise.withResolvers<void>();
  await using gateway = await createPredictGateway(async ({ signal }) => {
    signal?.addEventListener('abort', () => heard.resolve());
    abort.abort();
    await heard.promise;
    throw signal?.reason;
  });
  const { model } = await gateway.trainModel();
  const body = JSON.stringify({ model, input: 'a' });
  const headers = { 'content-type': 'application/json' };
  await gateway.request('/v1/predict', { method: 'POST', body, headers, signal: abort.signal }).catch(() => undefined);
  await heard.promise;
  expect(gateway.calls).toHaveLength(1);
});
