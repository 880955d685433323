import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { pipeline as createPipeline } from '@huggingface/transformers';
import { unpackTar } from 'modern-tar';
import { unpackTar as unpackTarTo } from 'modern-tar/fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, runInChromium } from '../../support/chromium.ts';
import { INTENT_WORDS, intentExample } from '../../support/intents.ts';
import { createDataFolder, isBuilt, startLevigate } from '../../support/levigate-process.ts';
import type { DataFolder, LevigateProcess } from '../../support/levigate-process.ts';
import { writeTinyTextBackbone } from '../../support/write-tiny-text-backbone.ts';

const API_KEY = 'a-key-of-the-export-tests-0123456789';
const BACKBONE = 'tiny-text';
const ROWS = 600;
const MODULES = join(import.meta.dirname, '../../../node_modules');
const chromium = findChromium();
/** Of probabilities in float32, by other kernels. */
const NOISE = 1e-6;

interface Score {
  readonly label: string;
  readonly score: number;
}

/** What is asked for: the verb of the intent. */
const rowOf = (index: number) => {
  const { text, intent } = intentExample(index);
  return { text, label: intent.split('_')[0] ?? '' };
};
const TEXTS = [
  ...Array.from({ length: 20 }, (_, index) => rowOf(ROWS + index * 7).text),
  // Of unknown words, of no words, and longer than the backbone reads.
  'Zebras quietly refund CAFÉS!',
  '?!',
  Array.from({ length: 40 }, (_, index) => rowOf(index).text).join(' '),
];

/** A model's weights leave one installation and answer elsewhere: in Node, in a browser, in another Levigate. */
describe.skipIf(!isBuilt())('weights out', () => {
  let data: DataFolder;
  let levigate: LevigateProcess;
  let catalogue: string;
  let model: string;
  let folder: string;
  /** The server's own scores of the texts, by label. */
  let served: readonly Readonly<Record<string, number>>[];
  /** How far they may lie from the exported ones. */
  let bound: number;

  const start = async (path: string): Promise<LevigateProcess> =>
    startLevigate(path, {
      LEVIGATE_API_KEY: API_KEY,
      LEVIGATE_CATALOGUE: catalogue,
      LEVIGATE_BACKBONES: BACKBONE,
      LEVIGATE_CACHE: data.path,
      TMPDIR: join(data.path, 'tmp'),
    });
  const askExport = (format: 'onnx' | 'adapter', signal?: AbortSignal): Promise<Response> =>
    fetch(`${levigate.url}/v1/models/${model}/export?format=${format}`, {
      headers: { authorization: `Bearer ${API_KEY}` },
      ...(signal ? { signal } : {}),
    });

  beforeAll(async () => {
    data = await createDataFolder();
    await mkdir(join(data.path, 'tmp'));
    catalogue = await writeTinyTextBackbone(data.path, BACKBONE, INTENT_WORDS);
    levigate = await start(data.path);
    const lines = Array.from({ length: ROWS }, (_, index) => `${JSON.stringify(rowOf(index))}\n`).join('');
    const { client } = levigate;
    const file = await client.files.create({
      file: new Blob([lines]),
      filename: 'verbs.jsonl',
      purpose: 'fine-tune',
    });
    const job = await client.jobs.create({
      model: BACKBONE,
      training_file: file.id,
      seed: 7,
      levi: { method: 'levi+ensemble' },
    });
    model = (await client.jobs.wait(job.id, { pollIntervalMs: 100 })).fine_tuned_model ?? '';
    const answers = await client.predict({ model, input: TEXTS });
    served = answers.data.map(({ labels }) => Object.fromEntries(labels.map(({ label, score }) => [label, score])));
  });
  afterAll(async () => {
    await levigate?.[Symbol.asyncDispose]();
    await data?.[Symbol.asyncDispose]();
  });

  /** The largest difference of any score of any text. */
  const distanceOf = (
    found: readonly (readonly Score[])[],
    expected: readonly Readonly<Record<string, number>>[],
  ): number => {
    expect(found.map((scores) => scores.length)).toEqual(expected.map((scores) => Object.keys(scores).length));
    return Math.max(
      ...found.flatMap((scores, row) =>
        scores.map(({ label, score }) => Math.abs(score - (expected[row]?.[label] ?? 9))),
      ),
    );
  };

  test('an export that its asker gave up is made to the end, and there for the next who asks', async () => {
    const filesOf = (path: string) => (): Promise<readonly string[]> => readdir(join(data.path, path)).catch(() => []);
    const client = new AbortController();
    const asked = askExport('onnx', client.signal);
    await expect.poll(filesOf('tmp'), { timeout: 60_000, interval: 10 }).toEqual([expect.stringMatching(/-export-/)]);
    client.abort();
    await expect(asked).rejects.toThrow('aborted');
    const isArchive = expect.stringMatching(/^[0-9a-f]{64}\.tar$/);
    await expect.poll(filesOf('blobs/exports'), { timeout: 60_000, interval: 50 }).toEqual([isArchive]);
    const { status, body } = await askExport('onnx');
    expect(status).toBe(200);
    if (!body) throw new Error('no body');
    folder = join(data.path, 'exported');
    await pipeline(Readable.fromWeb(body as NodeReadableStream<Uint8Array>), unpackTarTo(folder));
    const parity = JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8'));
    expect(parity.text_alone).toMatchObject({ rows: expect.any(Number), same_label: 1 });
    bound = parity.text_alone.max_difference;
    expect(bound).toBeLessThan(1e-3);
  });

  test('Transformers.js in Node answers as the server does, within what the parity report says', async () => {
    const classify = await createPipeline('text-classification', folder, { local_files_only: true });
    const found: Score[][] = [];
    for (const text of TEXTS.slice(0, 20)) found.push(await classify(text, { top_k: 100 }));
    expect(distanceOf(found, served.slice(0, 20))).toBeLessThanOrEqual(Math.max(bound, NOISE));
  });

  test.skipIf(chromium === null)(
    `Transformers.js in a browser opens the same folder and answers the same${chromium === null ? ': no Chromium here' : ''}`,
    async () => {
      const inNode = await createPipeline('text-classification', folder, { local_files_only: true });
      const expected: Readonly<Record<string, number>>[] = [];
      for (const text of TEXTS) {
        const scores = (await inNode(text, { top_k: 100 })) as Score[];
        expected.push(Object.fromEntries(scores.map(({ label, score }) => [label, score])));
      }
      const { result, missing } = await runInChromium(chromium ?? '', {
        folders: { model: folder, modules: MODULES },
        imports: {
          '@huggingface/transformers': '/modules/@huggingface/transformers/dist/transformers.web.js',
          'onnxruntime-web/webgpu': '/modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs',
          'onnxruntime-common': '/modules/onnxruntime-common/dist/esm/index.js',
        },
        imported: "import { env, pipeline } from '@huggingface/transformers';",
        script: `
          env.allowRemoteModels = false;
          env.allowLocalModels = true;
          env.localModelPath = '/';
          env.backends.onnx.wasm.wasmPaths = '/modules/onnxruntime-web/dist/';
          const classify = await pipeline('text-classification', 'model');
          const answers = [];
          for (const text of ${JSON.stringify(TEXTS)}) answers.push(await classify(text, { top_k: 100 }));
          return answers;`,
        timeoutMs: 120_000,
      });
      const found = result as Score[][];
      expect(distanceOf(found, expected)).toBeLessThan(1e-5);
      expect(distanceOf(found.slice(0, 20), served.slice(0, 20))).toBeLessThanOrEqual(Math.max(bound, NOISE));
      expect(missing).toEqual([]);
    },
  );

  test('another Levigate that imports the adapter gives the same answers bit for bit, and the same adapter back', async () => {
    const archive = Buffer.from(await (await askExport('adapter')).arrayBuffer());
    await using otherData = await createDataFolder();
    await using other = await start(otherData.path);
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/x-tar' };
    const response = await fetch(`${other.url}/v1/models/import?suffix=copy`, {
      method: 'POST',
      headers,
      body: archive,
    });
    const imported = (await response.json()) as { id: string };
    const input = [...TEXTS, ...Array.from({ length: 200 }, (_, index) => rowOf(index * 3).text)];
    const options = { input, views: true, coverage: 0.9, abstain_at_risk: 0.05, nearest: 3 };
    // As text: what JSON spells the same is the same number, to the last bit.
    const answersOf = async (url: string, asked: string): Promise<readonly string[]> => {
      const answer = await fetch(`${url}/v1/predict`, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ ...options, model: asked }),
      });
      const { data: predictions } = (await answer.json()) as { data: readonly object[] };
      return predictions.map((prediction) => JSON.stringify({ ...prediction, model: '' }));
    };
    const [here, there] = await Promise.all([answersOf(levigate.url, model), answersOf(other.url, imported.id)]);
    expect(here).toHaveLength(input.length);
    expect(here[0]).toContain('"views":[');
    expect(there).toEqual(here);
    const back = await fetch(`${other.url}/v1/models/${imported.id}/export?format=adapter`, { headers });
    const [first, second] = await Promise.all([adapterOf(archive), adapterOf(await back.bytes())]);
    expect(second).toBe(first);
  });
});

/** The SHA-256 of an archive's adapter. */
async function adapterOf(archive: Uint8Array): Promise<string> {
  const entries = await unpackTar(Uint8Array.from(archive));
  const { data } = entries.find(({ header }) => header.name === 'adapter.safetensors') ?? {};
  if (data === undefined) throw new Error('no adapter in the archive');
  return createHash('sha256').update(data).digest('hex');
}
