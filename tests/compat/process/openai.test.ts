import { join } from 'node:path';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embed, generateText, streamText } from 'ai';
import OpenAI, { toFile } from 'openai';
import OpenAI6, { toFile as toFile6 } from 'openai6';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askIntent, INTENT_WORDS, intentExample, INTENTS, toChatLine } from '../../support/intents.ts';
import { createDataFolder, isBuilt, startLevigate } from '../../support/levigate-process.ts';
import type { DataFolder, LevigateProcess } from '../../support/levigate-process.ts';
import { createPythonEnvironment } from '../../support/python-environment.ts';
import { writeTinyTextBackbone } from '../../support/write-tiny-text-backbone.ts';

const ROWS = 10_200;
const API_KEY = 'a-key-of-the-openai-tests-0123456789';
/** Not one of the rows: another number. */
const unseen = (index: number) => {
  const { text, intent } = intentExample(index);
  return { text: text.replace(/number \d+/, 'number 99'), intent };
};

/** Code written for OpenAI's fine-tuned classifiers, with nothing but `baseURL` changed, against a real gateway and worker. */
describe.skipIf(!isBuilt())('code written for OpenAI', () => {
  let data: DataFolder;
  let levigate: LevigateProcess;
  let client: OpenAI;
  let client6: OpenAI6;
  let model: string;
  // The overloads of two releases have no common signature; what is called here is the same in both.
  const bothClients = () => [client, client6 as unknown as OpenAI];
  let jobId: string;

  beforeAll(async () => {
    data = await createDataFolder();
    levigate = await startLevigate(data.path, {
      LEVIGATE_API_KEY: API_KEY,
      LEVIGATE_CATALOGUE: await writeTinyTextBackbone(data.path, 'tiny-text', INTENT_WORDS),
      LEVIGATE_BACKBONES: 'tiny-text',
      LEVIGATE_DEFAULT_BACKBONE: 'tiny-text',
      LEVIGATE_CACHE: data.path,
    });
    const options = { apiKey: API_KEY, baseURL: `${levigate.url}/v1` };
    client = new OpenAI(options);
    client6 = new OpenAI6(options);

    const lines = Array.from({ length: ROWS }, (_, at) => toChatLine(intentExample(at))).join('');
    const file = await client.files.create({
      file: await toFile(Buffer.from(lines), 'intents.jsonl'),
      purpose: 'fine-tune',
    });
    const created = await client.fineTuning.jobs.create({
      model: 'gpt-4o-mini-2024-07-18',
      training_file: file.id,
      suffix: 'intents',
      method: { type: 'supervised', supervised: { hyperparameters: { n_epochs: 1 } } },
    });
    jobId = created.id;
    let job = created;
    while (job.status !== 'succeeded' && job.status !== 'failed') {
      await new Promise((resolve) => setTimeout(resolve, 500));
      job = await client.fineTuning.jobs.retrieve(jobId);
    }
    expect(job.error).toBeNull();
    model = job.fine_tuned_model ?? '';
  }, 600_000);
  afterAll(async () => {
    await levigate?.[Symbol.asyncDispose]();
    await data?.[Symbol.asyncDispose]();
  });

  test('an intent classifier of over 100 labels and 10,000 chats answers with the intent', async () => {
    expect(INTENTS.length).toBeGreaterThan(100);
    const asked = Array.from({ length: 30 }, (_, at) => unseen(at * 4));
    const answers = await Promise.all(
      asked.map(async ({ text }) => {
        const { choices } = await client.chat.completions.create({ model, messages: askIntent(text), temperature: 0 });
        return choices[0]?.message.content;
      }),
    );
    const right = answers.filter((answer, at) => answer === asked[at]?.intent).length;
    expect(right).toBeGreaterThanOrEqual(27);
  });

  test('logprobs, streams and structured outputs, with openai 6 and 7', async () => {
    const { text, intent } = unseen(5);
    for (const { chat } of bothClients()) {
      const told = await chat.completions.create({ model, messages: askIntent(text), logprobs: true, top_logprobs: 5 });
      const token = told.choices[0]?.logprobs?.content?.[0];
      expect(token?.token).toBe(intent);
      expect(token?.top_logprobs).toHaveLength(5);
      expect(Math.exp(token?.logprob ?? 1)).toBeGreaterThan(1 / INTENTS.length);

      let streamed = '';
      for await (const chunk of await chat.completions.create({ model, messages: askIntent(text), stream: true }))
        streamed += chunk.choices[0]?.delta.content ?? '';
      expect(streamed).toBe(intent);

      const schema = {
        type: 'object',
        properties: { intent: { type: 'string', enum: [intent, 'something_else'] } },
        required: ['intent'],
        additionalProperties: false,
      };
      const parsed = await chat.completions.parse({
        model,
        messages: askIntent(text),
        response_format: { type: 'json_schema', json_schema: { name: 'intent', strict: true, schema } },
      });
      expect(parsed.choices[0]?.message.parsed).toEqual({ intent });
    }
    await expect(
      client.chat.completions.create({
        model,
        messages: askIntent(text),
        tools: [{ type: 'function', function: { name: 'f' } }],
      }),
    ).rejects.toMatchObject({ status: 400, code: 'unsupported_option', param: 'tools' });
  });

  test('job, events, result file, checkpoints and model, with openai 6 and 7', async () => {
    for (const each of bothClients()) {
      const job = await each.fineTuning.jobs.retrieve(jobId);
      expect(job).toMatchObject({
        status: 'succeeded',
        model: 'tiny-text',
        fine_tuned_model: model,
        hyperparameters: { n_epochs: 1 },
      });
      const messages: string[] = [];
      for await (const { message } of each.fineTuning.jobs.listEvents(jobId, { limit: 50 })) messages.push(message);
      expect(messages.some((message) => message.includes('gpt-4o-mini-2024-07-18'))).toBe(true);
      const csv = await (await each.files.content(job.result_files[0] ?? '')).text();
      expect(csv).toMatch(
        /^step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy,.*\n(\d+,[\d.]+,[01](\.\d+)?,[\d.]+,[01](\.\d+)?,.*\n)+$/u,
      );
      const { data: checkpoints } = await each.fineTuning.jobs.checkpoints.list(jobId);
      for (const { fine_tuned_model_checkpoint: name, step_number: step } of checkpoints) {
        expect(name).toBe(`${model}:ckpt-step-${step}`);
        const answer = await each.chat.completions.create({ model: name, messages: askIntent(unseen(3).text) });
        expect(INTENTS).toContain(answer.choices[0]?.message.content);
      }
      const listed: string[] = [];
      for await (const { id } of each.models.list()) listed.push(id);
      expect(listed).toContain(model);
    }
  });

  test('embeddings, decoded by the client from base64 and as floats', async () => {
    const input = ['cancel my card', 'track my shipment'];
    const decoded = await client.embeddings.create({ model: 'tiny-text', input });
    const floats = await client6.embeddings.create({ model: 'tiny-text', input, encoding_format: 'float' });
    expect(decoded.data).toHaveLength(2);
    for (const [index, { embedding }] of decoded.data.entries()) {
      expect(embedding).toHaveLength(32);
      expect(Math.hypot(...embedding)).toBeCloseTo(1, 5);
      for (const [at, value] of embedding.entries())
        expect(value).toBeCloseTo(floats.data[index]?.embedding[at] ?? 9, 6);
    }
  });

  test('a batch of chats, predictions in their own file, after an upload in parts', async () => {
    const asked = Array.from({ length: 40 }, (_, at) => unseen(at * 3));
    const lines = asked.map(({ text }, at) =>
      JSON.stringify({
        custom_id: `c${at}`,
        method: 'POST',
        url: '/v1/chat/completions',
        body: { model, messages: askIntent(text) },
      }),
    );
    const bytes = Buffer.from(`${lines.join('\n')}\n`);
    const upload = await client6.uploads.create({
      bytes: bytes.length,
      filename: 'batch.jsonl',
      mime_type: 'application/jsonl',
      purpose: 'batch',
    });
    const halves = [bytes.subarray(0, 1000), bytes.subarray(1000)];
    const parts = await Promise.all(
      halves.map(async (half) => client6.uploads.parts.create(upload.id, { data: await toFile6(half, 'part') })),
    );
    const { file } = await client6.uploads.complete(upload.id, { part_ids: parts.map(({ id }) => id) });
    let batch = await client.batches.create({
      input_file_id: file?.id ?? '',
      endpoint: '/v1/chat/completions',
      completion_window: '24h',
    });
    while (!['completed', 'failed', 'expired'].includes(batch.status)) {
      await new Promise((resolve) => setTimeout(resolve, 200));
      batch = await client.batches.retrieve(batch.id);
    }
    expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 40, completed: 40, failed: 0 } });
    const output = await (await client.files.content(batch.output_file_id ?? '')).text();
    const answers = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(answers.map(({ custom_id }) => custom_id)).toEqual(asked.map((_, at) => `c${at}`));
    const right = answers.filter(({ response }, at) => response.body.choices[0].message.content === asked[at]?.intent);
    expect(right.length).toBeGreaterThanOrEqual(36);
  });

  test("the Vercel AI SDK's OpenAI-compatible provider", async () => {
    const provider = createOpenAICompatible({ name: 'levigate', apiKey: API_KEY, baseURL: `${levigate.url}/v1` });
    const { text, intent } = unseen(8);
    const prompt = text;
    expect((await generateText({ model: provider.chatModel(model), prompt })).text).toBe(intent);
    let streamed = '';
    for await (const part of streamText({ model: provider.chatModel(model), prompt }).textStream) streamed += part;
    expect(streamed).toBe(intent);
    const { embedding } = await embed({ model: provider.embeddingModel('tiny-text'), value: 'cancel my card' });
    expect(embedding).toHaveLength(32);
  });

  test("Python's openai", async ({ skip }) => {
    const python = await createPythonEnvironment(join(data.path, 'python'), ['openai']);
    if ('reason' in python) {
      skip(`no Python with openai here: ${python.reason}`);
      return;
    }
    const { text, intent } = unseen(11);
    const script = `
import os
from openai import OpenAI, ConflictError
client = OpenAI()
model = os.environ["MODEL"]
answer = client.chat.completions.create(model=model, messages=[{"role": "user", "content": os.environ["TEXT"]}])
print(answer.choices[0].message.content)
stream = client.chat.completions.create(model=model, messages=[{"role": "user", "content": os.environ["TEXT"]}], stream=True)
print("".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices))
print(len(client.embeddings.create(model="tiny-text", input=["a", "b"]).data[1].embedding))
print(client.fine_tuning.jobs.retrieve(os.environ["JOB"]).status)
try:
    client.fine_tuning.jobs.cancel(os.environ["JOB"])
except ConflictError as error:
    print(error.code)
print(any(each.id == model for each in client.models.list()))
`;
    const env = {
      OPENAI_API_KEY: API_KEY,
      OPENAI_BASE_URL: `${levigate.url}/v1`,
      MODEL: model,
      JOB: jobId,
      TEXT: text,
    };
    const printed = (await python.run(script, env)).trim().split('\n');
    expect(printed).toEqual([intent, intent, '32', 'succeeded', 'job_already_finished', 'True']);
  });
});
