import { InferenceClient } from '@huggingface/inference';
import { pipeline as createPipeline } from '@huggingface/transformers';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { unpackTar } from 'modern-tar/fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTickets, toJsonl } from '../../support/example-texts.ts';
import { createDataFolder, isBuilt, startLevigate } from '../../support/levigate-process.ts';
import type { DataFolder, LevigateProcess } from '../../support/levigate-process.ts';
import { createPythonEnvironment } from '../../support/python-environment.ts';

const BACKBONE = 'all-minilm-l6-v2';
const REFUND = 'I want my money back, you charged me twice';

/** Unmodified clients against a real gateway and worker, and one small model that was really trained. */
describe.skipIf(!isBuilt())('other servers’ clients', () => {
  let data: DataFolder;
  let levigate: LevigateProcess;
  let model: string;
  let apiKey: string;
  const post = async (path: string, body: unknown) => {
    const response = await fetch(`${levigate.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };

  beforeAll(async () => {
    data = await createDataFolder();
    apiKey = 'a-key-of-the-facade-tests-0123456789';
    levigate = await startLevigate(data.path, { LEVIGATE_API_KEY: apiKey });
    const file = await levigate.client.files.create({
      file: toJsonl(readTickets('email')),
      filename: 'tickets.jsonl',
      purpose: 'fine-tune',
    });
    const job = await levigate.client.jobs.create({ model: BACKBONE, training_file: file.id, seed: 7 });
    model = (await levigate.client.jobs.wait(job.id, { pollIntervalMs: 100 })).fine_tuned_model ?? '';
  });
  afterAll(async () => {
    await levigate?.[Symbol.asyncDispose]();
    await data?.[Symbol.asyncDispose]();
  });

  describe('@huggingface/inference', () => {
    const clientOf = (path: string) => new InferenceClient(apiKey, { endpointUrl: `${levigate.url}/models/${path}` });

    test('textClassification answers as /v1/predict does', async () => {
      const found = await clientOf(model).textClassification({ inputs: REFUND });
      const { data: predicted } = await levigate.client.predict({ model, input: REFUND });
      expect(found).toEqual(predicted[0]?.labels);
    });

    test('featureExtraction, sentenceSimilarity and zeroShotClassification', async () => {
      const client = clientOf(BACKBONE);
      const vector = await client.featureExtraction({ inputs: REFUND });
      expect(vector).toHaveLength(384);
      const sentences = ['Please refund the double charge', 'The weather in Oslo is mild'];
      const similar = await client.sentenceSimilarity({ inputs: { source_sentence: REFUND, sentences } });
      expect(similar[0]).toBeGreaterThan(similar[1] ?? 1);
      const labels = ['weather', 'payment'];
      const zeroShot = await client.zeroShotClassification({
        inputs: REFUND,
        parameters: { candidate_labels: labels },
      });
      expect(JSON.stringify(zeroShot)).toMatch(/^\[?\{"label":"payment"/);
    });

    test('errors reach the caller with their sentence', async () => {
      await expect(clientOf('gpt2').textClassification({ inputs: 'a' })).rejects.toThrow(/Model gpt2 does not exist/);
      const stranger = new InferenceClient('wrong', { endpointUrl: `${levigate.url}/models/${model}` });
      await expect(stranger.textClassification({ inputs: 'a' })).rejects.toThrow(/Invalid username or password/);
    });
  });

  test('TEI: embeddings, tokens of the real tokenizer, every token’s vector, labels', async () => {
    const { body: vectors, headers } = await post(`/tei/${BACKBONE}/embed`, { inputs: [REFUND, 'hello world'] });
    expect(vectors.map((vector: number[]) => Math.hypot(...vector).toFixed(5))).toEqual(['1.00000', '1.00000']);
    expect(Number(headers.get('x-compute-tokens'))).toBeGreaterThan(10);
    const { body: tokens } = await post(`/tei/${BACKBONE}/tokenize`, { inputs: 'Hello, world' });
    expect(
      tokens[0].map(({ id, start, stop }: { id: number; start: number; stop: number }) => [id, start, stop]),
    ).toEqual([
      [101, null, null],
      [7592, 0, 5],
      [1010, 5, 6],
      [2088, 7, 12],
      [102, null, null],
    ]);
    expect((await post(`/tei/${BACKBONE}/decode`, { ids: [101, 7592, 102] })).body).toEqual(['hello']);
    const { body: all } = await post(`/tei/${BACKBONE}/embed_all`, { inputs: 'hello world' });
    expect([all[0].length, all[0][0].length]).toEqual([4, 384]);
    const mean = all[0][0].map(
      (_: number, at: number) => all[0].reduce((sum: number, row: number[]) => sum + (row[at] ?? 0), 0) / 4,
    );
    const length = Math.hypot(...mean);
    const cosine = mean.reduce((sum: number, value: number, at: number) => sum + (value / length) * vectors[1][at], 0);
    expect(cosine).toBeCloseTo(1, 5);
    const { body: labels } = await post(`/tei/${model}/predict`, { inputs: REFUND });
    const predicted = await levigate.client.predict({ model, input: REFUND });
    expect(labels[0]).toEqual({ score: predicted.data[0]?.score, label: predicted.data[0]?.label });
  });

  test('vLLM and typed decisions agree with /v1/predict', async () => {
    const predicted = (await levigate.client.predict({ model, input: REFUND })).data[0];
    const { body } = await post('/classify', { model, input: REFUND });
    expect(body.data[0].label).toBe(predicted?.label);
    expect(Math.max(...body.data[0].probs)).toBe(predicted?.score);
    const decided = await post('/v1/systemone', { model, state: REFUND, questions: { topic: { type: 'choice' } } });
    expect(decided.body.answers.topic.choice).toBe(predicted?.label);
  });

  describe('weights out', () => {
    const exportTo = async (format: 'onnx' | 'adapter') => {
      const response = await fetch(`${levigate.url}/v1/models/${model}/export?format=${format}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      expect(response.status).toBe(200);
      return response;
    };

    test('Transformers.js opens the exported folder and answers as the server does; the parity report says how nearly', async () => {
      const folder = join(data.path, 'exported');
      const { body } = await exportTo('onnx');
      if (!body) throw new Error('no body');
      await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), unpackTar(folder));
      const parity = JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8'));
      expect(parity.text_alone).toMatchObject({ rows: 42, same_label: 1 });
      expect(parity.text_alone.max_difference).toBeLessThan(0.01);
      expect(parity.text_alone.mean_difference).toBeLessThan(0.001);
      const classify = await createPipeline('text-classification', folder, { local_files_only: true });
      const texts = [REFUND, 'How do I add a second calendar?'];
      // Padded together as well as alone.
      const together = await classify(texts, { top_k: 6 });
      const { data: served } = await levigate.client.predict({ model, input: texts });
      for (const [index, text] of texts.entries()) {
        const alone = (await classify(text, { top_k: 6 })) as { label: string; score: number }[];
        for (const [rank, { label, score }] of (served[index]?.labels ?? []).entries()) {
          expect(alone[rank]?.label).toBe(label);
          expect(alone[rank]?.score).toBeCloseTo(score, 3);
        }
        expect(JSON.stringify(together[index]).slice(0, 30)).toBe(JSON.stringify(alone).slice(0, 30));
      }
    });
  });

  test('Python’s huggingface_hub', async (context) => {
    const environment = await createPythonEnvironment(join(data.path, 'python'), ['huggingface_hub==1.4.1', 'numpy']);
    if ('reason' in environment) {
      context.skip(`no Python with huggingface_hub: ${environment.reason}`);
      return;
    }
    const script = `
import json, os
from huggingface_hub import InferenceClient
url, key = os.environ["LEVIGATE_MODELS"], os.environ["LEVIGATE_KEY"]
tuned = InferenceClient(model=url + os.environ["LEVIGATE_MODEL"], token=key)
bare = InferenceClient(model=url + "${BACKBONE}", token=key)
labels = tuned.text_classification("${REFUND}")
print(json.dumps({
  "label": labels[0].label,
  "score": labels[0].score,
  "shape": list(bare.feature_extraction("hello").shape),
  "similar": bare.sentence_similarity("hello", other_sentences=["hello", "goodbye"]),
}))`;
    const env = { LEVIGATE_MODELS: `${levigate.url}/models/`, LEVIGATE_KEY: apiKey, LEVIGATE_MODEL: model };
    const found = JSON.parse(await environment.run(script, env));
    const predicted = (await levigate.client.predict({ model, input: REFUND })).data[0];
    expect([found.label, found.score]).toEqual([predicted?.label, predicted?.score]);
    expect(found.shape.at(-1)).toBe(384);
    expect(found.similar[0]).toBeCloseTo(1, 3);
  });
});
