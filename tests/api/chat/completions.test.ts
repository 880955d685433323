import { describe, expect, test } from 'vitest';
import { WorkerPredictRequest } from '../../../src/contract/index.ts';
import type { Prediction } from '../../../src/contract/index.ts';
import type { WorkerCall, WorkerTransport } from '../../../src/services/ports.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { uploadFile } from '../../support/training-data.ts';

type Answers = Pick<Prediction, 'label' | 'score' | 'labels'> & Partial<Prediction>;

const INTENT = {
  label: 'billing',
  score: 0.6,
  labels: [
    { label: 'billing', score: 0.6 },
    { label: 'bug', score: 0.3 },
    { label: 'other', score: 0.1 },
  ],
};
const URGENT = {
  label: 'true',
  score: 0.75,
  labels: [
    { label: 'true', score: 0.75 },
    { label: 'false', score: 0.25 },
  ],
};

/** A gateway whose worker gives one answer to everything, and what it was asked. */
async function open(answers: Answers = INTENT) {
  const asked: WorkerPredictRequest[] = [];
  const post = async ({ body }: WorkerCall) => {
    const request = WorkerPredictRequest.parse(JSON.parse(body));
    asked.push(request);
    const data = request.adapters.flatMap(({ model }) =>
      request.inputs.map((_, index) => ({
        object: 'prediction',
        index,
        model,
        disagreement: 0.1,
        shift_score: 0.5,
        ...answers,
      })),
    );
    const timings = { queueMs: 1, tokenizationMs: 2, inferenceMs: 3 };
    return { status: 200, body: JSON.stringify({ data, usage: { input_tokens: 7, cached_inputs: 0 }, timings }) };
  };
  const workers: WorkerTransport = { post };
  const gateway = await createGatewayWithWorker({ services: { workers } });
  return { ...gateway, asked, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

const chat = (user: string, answer: string, system = 'Classify the ticket.') => ({
  messages: [
    { role: 'system', content: system },
    { role: 'user', content: user },
    { role: 'assistant', content: answer },
  ],
});

const jsonl = (rows: readonly object[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
const PLAIN = Array.from({ length: 12 }, (_, at) => chat(`text ${at}`, at % 2 === 0 ? 'billing' : 'bug'));

async function train(gateway: GatewayWithWorker, rows: readonly object[] = PLAIN, fields: object = {}) {
  const training_file = await uploadFile(gateway, { content: jsonl(rows) });
  return gateway.trainModel({ fields: { training_file, model: 'gpt-4o-mini-2024-07-18', ...fields } });
}

const complete = (gateway: GatewayWithWorker, json: object) =>
  gateway.json('/v1/chat/completions', { method: 'POST', json });

const ASK = [{ role: 'user', content: 'where is my invoice?' }];
const enumOf = (values: readonly unknown[], more: object = {}) => ({
  type: 'json_schema',
  json_schema: {
    name: 'intent',
    strict: true,
    schema: {
      type: 'object',
      properties: { intent: { enum: values } },
      required: ['intent'],
      additionalProperties: false,
      ...more,
    },
  },
});

describe('200', () => {
  test('answers the label as the assistant, with usage and how sure it is', async () => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const { status, body, headers } = await complete(gateway, { model, messages: ASK, temperature: 0, max_tokens: 5 });
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^chatcmpl-/),
      object: 'chat.completion',
      created: expect.any(Number),
      model,
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'billing', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
          levi: { score: 0.6, shift_score: 0.5, disagreement: 0.1 },
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 },
      service_tier: 'default',
    });
    expect(headers.get('x-inference-time')).toBe('3');
  });

  test('the text is the last user message, then earlier turns, newest first; a system prompt that never changed is left out', async () => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const messages = [
      { role: 'system', content: 'Classify the ticket.' },
      { role: 'user', content: 'hello' },
      { role: 'assistant', content: 'How can I help?' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'my invoice' },
          { type: 'text', text: 'is wrong' },
        ],
      },
    ];
    await complete(gateway, { model, messages });
    expect(gateway.asked[0]?.inputs).toEqual([
      { text: 'my invoice\nis wrong\n\nassistant: How can I help?\nuser: hello' },
    ]);
  });

  test('a system prompt that differed between the rows of the training file is read, last', async () => {
    await using gateway = await open();
    const rows = PLAIN.map((_, at) => chat(`text ${at}`, at % 2 === 0 ? 'billing' : 'bug', `The plan is ${at % 3}`));
    const { model, jobId } = await train(gateway, rows);
    const job = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`);
    expect(job.body.levi.chat).toEqual({ system: 'context', history: 'context' });
    await complete(gateway, { model, messages: [{ role: 'system', content: 'The plan is 7' }, ...ASK] });
    expect(gateway.asked[0]?.inputs).toEqual([{ text: 'where is my invoice?\n\nsystem: The plan is 7' }]);
  });

  test("logprobs are the logarithms of the ensemble's probabilities", async () => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const { body } = await complete(gateway, { model, messages: ASK, logprobs: true, top_logprobs: 2 });
    const [token] = body.choices[0].logprobs.content;
    expect(token).toMatchObject({ token: 'billing', bytes: [...Buffer.from('billing')] });
    expect(Math.exp(token.logprob)).toBeCloseTo(0.6, 9);
    expect(
      token.top_logprobs.map(({ token: name, logprob }: { token: string; logprob: number }) => [
        name,
        Math.exp(logprob).toFixed(3),
      ]),
    ).toEqual([
      ['billing', '0.600'],
      ['bug', '0.300'],
    ]);
  });

  test('a schema with an enum is honoured: only its values, their probabilities brought back to one', async () => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const { body } = await complete(gateway, {
      model,
      messages: ASK,
      response_format: enumOf(['bug', 'other', 'unseen']),
      logprobs: true,
      top_logprobs: 5,
    });
    expect(JSON.parse(body.choices[0].message.content)).toEqual({ intent: 'bug' });
    const tokens: { token: string; logprob: number; top_logprobs: unknown[] }[] = body.choices[0].logprobs.content;
    expect(tokens.map(({ token }) => token)).toEqual(['{"intent":"', 'bug', '"}']);
    expect(tokens.map(({ logprob }) => Math.exp(logprob).toFixed(3))).toEqual(['1.000', '0.750', '1.000']);
    expect(tokens[1]?.top_logprobs).toHaveLength(2);
    expect(body.usage.completion_tokens).toBe(3);
  });

  test('a schema as pydantic and zod write it: references, nullable choices, optional properties', async () => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const schema = {
      type: 'object',
      properties: {
        note: { type: 'string' },
        intent: { anyOf: [{ $ref: '#/$defs/Intent' }, { type: 'null' }] },
      },
      required: ['intent'],
      $defs: { Intent: { type: 'string', enum: ['billing', 'bug'] } },
    };
    const { body } = await complete(gateway, {
      model,
      messages: ASK,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(body.choices[0].message.content).toBe('{"intent":"billing"}');
  });

  test('json_object wraps the label; a top-level enum is a JSON string', async () => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const object = await complete(gateway, { model, messages: ASK, response_format: { type: 'json_object' } });
    expect(object.body.choices[0].message.content).toBe('{"label":"billing"}');
    const json_schema = { name: 'x', schema: { type: 'string', enum: ['bug'] } };
    const value = await complete(gateway, {
      model,
      messages: ASK,
      response_format: { type: 'json_schema', json_schema },
    });
    expect(value.body.choices[0].message.content).toBe('"bug"');
  });

  test('JSON answers of one key are answered as in training, with the key and type of the file', async () => {
    await using gateway = await open(URGENT);
    const rows = PLAIN.map((_, at) => chat(`text ${at}`, JSON.stringify({ urgent: at % 2 === 0 })));
    const { model, jobId } = await train(gateway, rows);
    const job = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`);
    expect(job.body.levi).toEqual({ chat: { system: 'ignore', history: 'context', answer: { urgent: 'json' } } });
    expect((await complete(gateway, { model, messages: ASK })).body.choices[0].message.content).toBe('{"urgent":true}');
  });

  test('JSON answers of several keys become targets, and are answered as one object', async () => {
    await using gateway = await open({
      ...INTENT,
      targets: { intent: { ...INTENT, disagreement: 0 }, urgent: { ...URGENT, disagreement: 0 } },
    });
    const rows = PLAIN.map((_, at) =>
      chat(`text ${at}`, JSON.stringify({ intent: at % 2 === 0 ? 'billing' : 'bug', urgent: at % 3 === 0 })),
    );
    const { model, jobId } = await train(gateway, rows);
    const job = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`);
    expect(job.body.levi).toMatchObject({
      targets: { intent: {}, urgent: {} },
      chat: { answer: { intent: 'text', urgent: 'json' } },
    });
    const plain = await complete(gateway, { model, messages: ASK });
    expect(plain.body.choices[0].message.content).toBe('{"intent":"billing","urgent":true}');
    const schema = {
      type: 'object',
      properties: { urgent: { type: 'boolean' }, intent: { enum: ['bug'] } },
      required: ['urgent', 'intent'],
    };
    const asked = await complete(gateway, {
      model,
      messages: ASK,
      response_format: { type: 'json_schema', json_schema: { name: 'x', schema } },
    });
    expect(asked.body.choices[0].message.content).toBe('{"urgent":true,"intent":"bug"}');
  });

  test('streams the role, the tokens, the end and the usage', async () => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const response = await gateway.request('/v1/chat/completions', {
      method: 'POST',
      json: {
        model,
        messages: ASK,
        stream: true,
        stream_options: { include_usage: true },
        logprobs: true,
        top_logprobs: 1,
      },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const lines = (await response.text()).split('\n\n').filter((line) => line !== '');
    expect(lines.at(-1)).toBe('data: [DONE]');
    const chunks = lines.slice(0, -1).map((line) => JSON.parse(line.replace(/^data: /, '')));
    expect(chunks.map(({ choices: [choice] }) => choice && [choice.delta, choice.finish_reason])).toEqual([
      [{ role: 'assistant', content: '', refusal: null }, null],
      [{ content: 'billing' }, null],
      [{}, 'stop'],
      undefined,
    ]);
    expect(chunks.map(({ usage }) => usage?.total_tokens ?? null)).toEqual([null, null, null, 8]);
    expect(chunks[1].choices[0].logprobs.content[0].token).toBe('billing');
  });
});

describe('400: what a classifier cannot do, by the name of the option', () => {
  const tool = { type: 'function', function: { name: 'f', parameters: {} } };
  test.each([
    ['tools', { tools: [tool] }, 'tools'],
    ['a tool that must be called', { tool_choice: 'required' }, 'tool_choice'],
    ['several answers', { n: 2 }, 'n'],
    ['audio', { modalities: ['text', 'audio'] }, 'modalities'],
    ['top_logprobs alone', { top_logprobs: 3 }, 'top_logprobs'],
    ['values that are none of its labels', { response_format: enumOf(['x', 'y']) }, 'response_format'],
    [
      'a schema of more than it answers',
      {
        response_format: enumOf(['bug'], {
          properties: { a: { type: 'string' }, b: { type: 'string' } },
          required: ['a', 'b'],
        }),
      },
      'response_format',
    ],
    [
      'a picture for a model of texts',
      {
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
        ],
      },
      'messages',
    ],
    ['no user message', { messages: [{ role: 'system', content: 'x' }] }, 'messages'],
    ['an empty user message', { messages: [{ role: 'user', content: ' ' }] }, 'messages'],
  ])('%s', async (_name, fields, param) => {
    await using gateway = await open();
    const { model } = await train(gateway);
    const { status, body } = await complete(gateway, { model, messages: ASK, ...fields });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ param, type: 'invalid_request_error' });
    expect(body.error.message.length).toBeGreaterThan(20);
  });
});

test('404: a model that is not here, also of OpenAI', async () => {
  await using gateway = await open();
  const { status, body } = await complete(gateway, { model: 'gpt-4o', messages: ASK });
  expect(status).toBe(404);
  expect(body.error.code).toBe('model_not_found');
});

describe('jobs from chat files', () => {
  test("a model of OpenAI's stands for the default backbone, and the job says so", async () => {
    await using gateway = await open();
    const { jobId, model } = await train(gateway);
    expect(model).toMatch(/^ft:all-minilm-l6-v2:/);
    const events = await gateway.json(`/v1/fine_tuning/jobs/${jobId}/events?limit=50`);
    const messages: string[] = events.body.data.map(({ message }: { message: string }) => message);
    expect(messages).toContainEqual(expect.stringContaining('gpt-4o-mini-2024-07-18 is not served here'));
    expect(messages).toContainEqual(expect.stringContaining('system prompt is the same in every row'));
  });

  test.each([
    [
      'free text beside the choice',
      (at: number) => JSON.stringify({ intent: 'billing', why: `because of ${at} things` }),
      'why',
    ],
    [
      'a key that some rows lack',
      (at: number) => JSON.stringify(at === 3 ? { a: 'x' } : { a: at % 2 === 0 ? 'x' : 'y', b: 'z' }),
      'b',
    ],
  ])('400: %s is named', async (_name, answer, key) => {
    await using gateway = await open();
    const rows = Array.from({ length: 30 }, (_, at) => chat(`text ${at}`, answer(at)));
    const training_file = await uploadFile(gateway, { content: jsonl(rows) });
    const { status, body } = await gateway.json('/v1/fine_tuning/jobs', {
      method: 'POST',
      json: { model: 'gpt-4o', training_file },
    });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'invalid_training_file', param: 'training_file' });
    expect(body.error.message).toContain(`"${key}"`);
  });

  test('200: keys to learn can be named, and the others are left out', async () => {
    await using gateway = await open();
    const rows = Array.from({ length: 30 }, (_, at) =>
      chat(`text ${at}`, JSON.stringify({ intent: at % 2 === 0 ? 'a' : 'b', why: `because ${at}` })),
    );
    const training_file = await uploadFile(gateway, { content: jsonl(rows) });
    const json = { model: 'gpt-4o', training_file, levi: { chat: { answer: { intent: 'text' } } }, dry_run: true };
    const { status, body } = await gateway.json('/v1/fine_tuning/jobs', { method: 'POST', json });
    expect(status).toBe(200);
    expect(body.labels).toEqual({ a: 15, b: 15 });
    expect(body.notes).toHaveLength(2);
  });

  test('an answer of weight 0 is context, as OpenAI trains it', async () => {
    await using gateway = await open();
    const rows = PLAIN.map(({ messages }) => ({
      messages: [
        ...messages,
        { role: 'user', content: 'thanks' },
        { role: 'assistant', content: 'you are welcome', weight: 0 },
      ],
    }));
    const training_file = await uploadFile(gateway, { content: jsonl(rows) });
    const json = { model: 'gpt-4o', training_file, dry_run: true };
    const { body } = await gateway.json('/v1/fine_tuning/jobs', { method: 'POST', json });
    expect(body.preview[0]).toMatchObject({ text: 'text 0', label: 'billing' });
  });
});
