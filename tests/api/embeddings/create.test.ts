import { describe, expect, test } from 'vitest';
import { knownBackbones, LIMITS, WORKER_VERBS } from '../../../src/contract/index.ts';
import type { WorkerCall, WorkerTransport } from '../../../src/services/ports.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';

const BACKBONE = 'all-minilm-l6-v2';
const WIDTH = 4;

/** A row per input: its length (of its text or tokens) times 3, 4, 0, 0. */
function embedAll({ body }: WorkerCall) {
  const { inputs } = WORKER_VERBS.embed.request.parse(JSON.parse(body));
  const sizes = inputs.map((input) => ('tokens' in input ? input.tokens.length : (input.text ?? '').length));
  const response = {
    data: sizes.map((size) => [3 * size, 4 * size, 0, 0]),
    truncated: 1,
    usage: { input_tokens: 10, cached_inputs: 0 },
    timings: { queueMs: 1, tokenizationMs: 2, inferenceMs: 3 },
  };
  return { status: 200, body: JSON.stringify(response) };
}

async function open() {
  const calls: WorkerCall[] = [];
  const workers: WorkerTransport = {
    post: async (call) => {
      calls.push(call);
      return embedAll(call);
    },
  };
  const backbones = {
    ...knownBackbones([]),
    nested: {
      created: 0,
      ownedBy: 'o',
      license: 'l',
      modality: 'text' as const,
      taps: 2,
      maxTokens: 8,
      dimensions: [2],
    },
  };
  const gateway = await createGatewayWithWorker({ services: { workers }, settings: { backbones } });
  await gateway.startWorker();
  return { ...gateway, calls, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

const ask = (gateway: GatewayWithWorker, json: object, secret?: string) =>
  gateway.json('/v1/embeddings', { method: 'POST', json: { model: BACKBONE, ...json }, secret });

describe('200', () => {
  test('a vector of unit length per input, usage and timings', async () => {
    await using gateway = await open();
    const { status, body, headers } = await ask(gateway, { input: ['ab', 'abc'] });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      object: 'list',
      model: BACKBONE,
      usage: { prompt_tokens: 10, total_tokens: 10, truncated_inputs: 1 },
      data: [
        { object: 'embedding', index: 0 },
        { object: 'embedding', index: 1 },
      ],
    });
    for (const { embedding } of body.data) {
      expect(embedding).toHaveLength(WIDTH);
      expect(embedding[0]).toBeCloseTo(0.6, 6);
      expect(embedding[1]).toBeCloseTo(0.8, 6);
    }
    expect(headers.get('x-inference-time')).toBe('3');
    expect(gateway.calls[0]?.url).toMatch(/\/embed$/);
  });

  test('a text, a list, token ids and lists of token ids', async () => {
    await using gateway = await open();
    const inputs: readonly [unknown, unknown][] = [
      ['ab', [{ text: 'ab' }]],
      [
        ['a', 'b'],
        [{ text: 'a' }, { text: 'b' }],
      ],
      [[5, 6], [{ tokens: [5, 6] }]],
      [
        [[5], [6, 7]],
        [{ tokens: [5] }, { tokens: [6, 7] }],
      ],
    ];
    for (const [input, asked] of inputs) {
      expect((await ask(gateway, { input })).status).toBe(200);
      expect(JSON.parse(gateway.calls.at(-1)?.body ?? '').inputs).toEqual(asked);
    }
  });

  test('base64 holds the little-endian float32 of the same numbers', async () => {
    await using gateway = await open();
    const [floats, encoded] = [
      await ask(gateway, { input: 'ab' }),
      await ask(gateway, { input: 'ab', encoding_format: 'base64' }),
    ];
    const bytes = Buffer.from(encoded.body.data[0].embedding, 'base64');
    const numbers = Array.from({ length: WIDTH }, (_, at) => bytes.readFloatLE(4 * at));
    expect(numbers.map((each) => each.toFixed(6))).toEqual(
      floats.body.data[0].embedding.map((each: number) => each.toFixed(6)),
    );
  });

  test('of a fine-tuned model: those of its backbone', async () => {
    await using gateway = await open();
    const { model } = await gateway.trainModel();
    const { body } = await ask(gateway, { model, input: 'ab' });
    expect(body.model).toBe(model);
    expect(JSON.parse(gateway.calls.at(-1)?.body ?? '').backbone).toBe(BACKBONE);
  });

  test('dimensions cuts a backbone that was trained for it, back to unit length; its own length is always right', async () => {
    await using gateway = await open();
    const cut = await ask(gateway, { model: 'nested', input: 'ab', dimensions: 2 });
    expect(cut.body.data[0].embedding).toHaveLength(2);
    expect(Math.hypot(...cut.body.data[0].embedding)).toBeCloseTo(1, 6);
    expect((await ask(gateway, { input: 'ab', dimensions: WIDTH })).status).toBe(200);
  });
});

describe('refused', () => {
  test.each([
    ['a backbone that was not trained to be cut', { input: 'a', dimensions: 2 }, 'unsupported_option', 'dimensions'],
    ['an empty text', { input: '' }, 'invalid_request', 'input'],
    ['no input', {}, 'invalid_request', 'input'],
    [
      'too many tokens',
      { input: Array.from({ length: 40 }, () => Array.from({ length: 8_000 }, () => 1)) },
      'invalid_request',
      'input',
    ],
    [
      'too many inputs',
      { input: Array.from({ length: LIMITS.embeddingInputs + 1 }, () => 'a') },
      'invalid_request',
      'input',
    ],
    ['an unknown encoding', { input: 'a', encoding_format: 'int8' }, 'invalid_request', 'encoding_format'],
  ])('400: %s', async (_name, json, code, param) => {
    await using gateway = await open();
    const { status, body } = await ask(gateway, json);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code, param });
  });

  test("404: a model that is not here, and of OpenAI's why", async () => {
    await using gateway = await open();
    expect((await ask(gateway, { model: 'ft:x', input: 'a' })).body.error.code).toBe('model_not_found');
    const { status, body } = await ask(gateway, { model: 'text-embedding-3-small', input: 'a' });
    expect(status).toBe(404);
    expect(body.error.message).toContain(BACKBONE);
  });

  test('403: a key without the scope predict', async () => {
    await using gateway = await open();
    expect((await ask(gateway, { input: 'a' }, await gateway.createKey({ scopes: ['files:read'] }))).status).toBe(403);
  });
});
