import { describe, expect, test } from 'vitest';
import { knownBackbones, LIMITS, parseCatalogue } from '../../../src/contract/index.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { createScriptedWorkers, refusal } from '../../support/scripted-worker.ts';

const BACKBONE = 'all-minilm-l6-v2';

async function open(script: Parameters<typeof createScriptedWorkers>[0] = {}) {
  const { workers, asked } = createScriptedWorkers(script);
  const gateway = await createGatewayWithWorker({ services: { workers } });
  const { model } = await gateway.trainModel();
  const post = (path: string, json: unknown, of: string = BACKBONE) =>
    gateway.json(`/tei/${of}${path}`, { method: 'POST', json });
  return { gateway, model, asked, post, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

test('/v1/embeddings and /embeddings: as OpenAI answers, of the model that the path names; failures in both forms', async () => {
  await using opened = await open();
  const { body: ours } = await opened.gateway.json('/v1/embeddings', {
    method: 'POST',
    json: { model: BACKBONE, input: ['abc', 'de'] },
  });
  for (const path of ['/v1/embeddings', '/embeddings']) {
    const { status, headers, body } = await opened.post(path, { input: ['abc', 'de'], model: 'whatever' });
    expect(status).toBe(200);
    expect(body).toEqual(ours);
    expect(headers.get('x-compute-characters')).toBe('5');
  }
  const wrong = await opened.post('/v1/embeddings', { input: [] });
  expect(wrong.status).toBe(422);
  expect(wrong.body).toMatchObject({ code: 422, type: 'Validation', error: { type: 'Validation', code: null } });
  expect(wrong.body.message).toBe(wrong.body.error.message);
});

test('/embed_sparse: 424 as TEI says it of a model without SPLADE pooling', async () => {
  await using opened = await open();
  const { status, body } = await opened.post('/embed_sparse', { inputs: 'abc' });
  expect(status).toBe(424);
  expect(body).toEqual({
    error: 'Backend error: Model is not an embedding model with SPLADE pooling',
    error_type: 'Backend',
  });
  expect((await opened.post('/embed_sparse', { inputs: 'abc' }, 'none')).status).toBe(404);
});

describe('200', () => {
  test('/embed: of length 1 unless told otherwise, cut to dimensions, of texts and tokens; with TEI headers', async () => {
    await using opened = await open();
    const one = await opened.post('/embed', { inputs: 'abc' });
    expect(one.body).toHaveLength(1);
    expect(Math.hypot(...one.body[0])).toBeCloseTo(1, 10);
    for (const name of [
      'x-compute-type',
      'x-compute-time',
      'x-total-time',
      'x-tokenization-time',
      'x-queue-time',
      'x-inference-time',
    ])
      expect(one.headers.get(name), name).not.toBeNull();
    expect([one.headers.get('x-compute-characters'), one.headers.get('x-compute-tokens')]).toEqual(['3', '4']);
    const many = await opened.post('/embed', { inputs: ['abc', [97, 98]], normalize: false, dimensions: 1 });
    expect(many.body).toEqual([[expect.any(Number)], [expect.any(Number)]]);
    await opened.post('/embed', { inputs: [97, 98], truncate: false });
    expect(opened.asked.at(-1)?.request).toMatchObject({ inputs: [{ tokens: [97, 98] }], truncate: 'never' });
    await opened.post('/embed', { inputs: 'abc', truncate: true, truncation_direction: 'Left' });
    expect(opened.asked.at(-1)?.request).toMatchObject({ truncate: 'start' });
  });

  test('/embed_all: a vector a token', async () => {
    await using opened = await open();
    const { body } = await opened.post('/embed_all', { inputs: ['abc', 'de'] });
    expect(body.map((tokens: unknown[]) => tokens.length)).toEqual([3, 2]);
  });

  test('/predict: flat for one, nested for a batch; raw scores', async () => {
    await using opened = await open();
    const { model } = opened;
    expect((await opened.post('/predict', { inputs: 'abc' }, model)).body).toEqual([
      { score: 0.7, label: 'billing' },
      { score: 0.3, label: 'bug' },
    ]);
    const batch = await opened.post('/predict', { inputs: [['abc'], ['abcdefgh']], raw_scores: true }, model);
    expect(batch.body[0][0].score).toBeCloseTo(Math.log(0.7), 10);
    expect(batch.body).toHaveLength(2);
  });

  test('/rerank and /similarity by cosine', async () => {
    await using opened = await open();
    const ranked = await opened.post('/rerank', { query: 'abc', texts: ['nut', 'axe'], return_text: true });
    expect(ranked.body).toEqual([
      { index: 1, text: 'axe', score: expect.closeTo(1, 10) },
      { index: 0, text: 'nut', score: expect.any(Number) },
    ]);
    const raw = await opened.post('/rerank', { query: 'abc', texts: ['nut'], raw_scores: true });
    expect(raw.body[0].score).toBeCloseTo(2 * ranked.body[1].score - 1, 10);
    const inputs = { source_sentence: 'abc', sentences: ['axe', 'nut'] };
    expect((await opened.post('/similarity', { inputs })).body[0]).toBeCloseTo(1, 10);
  });

  test('/tokenize counts characters, /decode takes one list or many', async () => {
    await using opened = await open();
    expect((await opened.post('/tokenize', { inputs: 'ab' })).body).toEqual([
      [
        { id: 97, text: 'a', special: false, start: 0, stop: 1 },
        { id: 98, text: 'b', special: false, start: 1, stop: 2 },
      ],
    ]);
    expect((await opened.post('/decode', { ids: [97, 98] })).body).toEqual(['ab']);
    expect((await opened.post('/decode', { ids: [[97], [98]] })).body).toEqual(['a', 'b']);
  });

  test('/info of a classifier and of an embedding model; /health, /ping and /metrics without a key', async () => {
    await using opened = await open();
    const { gateway, model } = opened;
    const classifier = await gateway.json(`/tei/${model}/info`);
    expect(classifier.body).toMatchObject({ model_id: model, max_input_length: 256, auto_truncate: true });
    expect(Object.keys(classifier.body.model_type)).toEqual(['classifier']);
    expect((await gateway.json(`/tei/${BACKBONE}/info`)).body.model_type).toEqual({ embedding: { pooling: 'mean' } });
    for (const path of ['health', 'ping'])
      expect((await gateway.request(`/tei/${BACKBONE}/${path}`, { secret: null })).status, path).toBe(200);
    await opened.post('/embed', { inputs: 'abc' });
    await opened.post('/embed', { inputs: '' });
    const text = await (await gateway.request(`/tei/${BACKBONE}/metrics`, { secret: null })).text();
    expect(text).toContain('te_request_count{method="single"} 1');
    expect(text).toContain('te_request_success{method="single"} 1');
    expect(text).toContain('te_request_failure{err="empty"} 1');
    expect(text).toMatch(/te_request_duration_bucket\{le="\+Inf"\} 1\n/);
    expect(text).toContain('te_queue_size 0');
  });
});

test('/info tells the pooling that the catalogue has of a backbone', async () => {
  const entry = { name: 'own', modality: 'text', taps: 3, pooling: 'cls', folder: 'own' };
  const backbones = knownBackbones(parseCatalogue(JSON.stringify({ backbones: [entry] }), 'this test'));
  await using gateway = await createTestGateway({ settings: { backbones } });
  expect((await gateway.json('/tei/own/info')).body.model_type).toEqual({ embedding: { pooling: 'cls' } });
});

describe('errors have TEI status and type', () => {
  test.each([
    ['empty', '/embed', { inputs: '' }, 400, 'Empty'],
    ['an empty list', '/embed', { inputs: [] }, 400, 'Empty'],
    ['another form', '/embed', { inputs: { a: 1 } }, 422, 'Validation'],
    ['a prompt', '/embed', { inputs: 'a', prompt_name: 'query' }, 422, 'Validation'],
    ['more dimensions than there are', '/embed', { inputs: 'a', dimensions: 3 }, 413, 'Validation'],
    ['a backbone has no labels', '/predict', { inputs: 'a' }, 424, 'Backend'],
  ])('%s', async (_name, path, json, status, type) => {
    await using opened = await open();
    const answer = await opened.post(path, json);
    expect([answer.status, answer.body.error_type]).toEqual([status, type]);
    expect(typeof answer.body.error).toBe('string');
  });

  test('too many, a pair, and what is too long for the model', async () => {
    await using opened = await open();
    const many = await opened.post('/embed', { inputs: Array(LIMITS.predictInputs + 1).fill('a') });
    expect(many.body.error).toContain(`batch size ${LIMITS.predictInputs + 1} > maximum allowed batch size`);
    const pair = await opened.post('/predict', { inputs: ['a', 'b'] }, opened.model);
    expect([pair.status, pair.body.error_type]).toEqual([413, 'Validation']);
    const long = await opened.post('/predict', { inputs: 'x'.repeat(300), truncate: false }, opened.model);
    expect(long.body).toEqual({
      error: '`inputs` must have less than 256 tokens. Given: 300',
      error_type: 'Validation',
    });
  });

  test('overloaded, unknown and without a key', async () => {
    await using busy = await open({ embed: () => refusal(429, 'overloaded') });
    expect(await busy.post('/embed', { inputs: 'a' })).toMatchObject({
      status: 429,
      body: { error_type: 'Overloaded' },
    });
    expect(await busy.post('/embed', { inputs: 'a' }, 'none')).toMatchObject({ status: 404 });
    const stranger = await busy.gateway.json(`/tei/${BACKBONE}/embed`, {
      method: 'POST',
      json: { inputs: 'a' },
      secret: null,
    });
    expect(stranger.status).toBe(401);
  });

  test('starting', async () => {
    await using starting = await open({ embed: () => refusal(503, 'no_worker') });
    expect(await starting.post('/embed', { inputs: 'a' })).toMatchObject({
      status: 503,
      body: { error_type: 'Unhealthy' },
    });
  });
});
