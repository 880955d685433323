import { createHash } from 'node:crypto';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startFakeWorker } from '../support/fake-worker.ts';
import type { FakeWorker } from '../support/fake-worker.ts';
import { startPredictServer } from '../support/predict-server.ts';
import { ROWS, toJsonl } from '../support/training-data.ts';
import { startWorker } from './harness.ts';

/** The Worker with nothing of its own replaced: predictions over fetch, and what is done after an answer. tests/api holds the rest. */
const SECRET = 'a-secret-of-the-operator';
const WORKER_TOKEN = 'a-worker-token-of-thirty-two-characters';
const BACKBONE = 'all-minilm-l6-v2';
const stack = new AsyncDisposableStack();
let client: OpenAI;
let url: URL;
let worker: FakeWorker;
let trainingFile: string;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const start = (name: string, workerUrl: string): Promise<FakeWorker> =>
  startFakeWorker({
    driftReference: { rows: 50, labels: { a: 50 } },
    send: (path, init) => fetch(new URL(path, url), init),
    token: WORKER_TOKEN,
    name,
    url: workerUrl,
  });

beforeAll(async () => {
  const gateway = stack.use(
    await startWorker({ LEVIGATE_API_KEY: SECRET, LEVIGATE_WORKER_TOKEN_HASHES: hash(WORKER_TOKEN) }),
  );
  url = gateway.url;
  client = new OpenAI({ apiKey: SECRET, baseURL: new URL('/v1', url).href });
  const served = stack.use(await startPredictServer());
  worker = await start('trainer', served.url);
  const file = await toFile(Buffer.from(toJsonl(ROWS)), 'train.jsonl');
  trainingFile = (await client.files.create({ file, purpose: 'fine-tune' })).id;
});
afterAll(() => stack.disposeAsync());

const createJob = (fields: Partial<OpenAI.FineTuning.JobCreateParams> = {}) =>
  client.fineTuning.jobs.create({ model: BACKBONE, training_file: trainingFile, ...fields });

async function claim(by: FakeWorker) {
  const lease = await by.claim();
  if (!lease) throw new Error('nothing was leased');
  return lease;
}

test('a job goes from its creation over lease, heartbeat and artifacts to a model that predicts', async () => {
  const { id } = await createJob({ metadata: { team: 'a' } });
  const lease = await claim(worker);
  expect(lease.job_id).toBe(id);
  expect((await worker.download(`/jobs/${id}/files/${trainingFile}`, lease)).text).toBe(toJsonl(ROWS));
  const event = { level: 'info', message: 'epoch 1', type: 'metrics', data: { train_loss: 0.5 } };
  // The fake worker's own event has the number 0.
  const events = Array.from({ length: 100 }, (_, index) => ({ ...event, sequence: index + 1 }));
  expect((await worker.heartbeatJob(lease, { events })).body).toEqual({ order: 'continue' });
  await worker.upload(lease, 'checkpoint', 'step 1');
  expect((await worker.download(`/jobs/${id}/checkpoint`, lease)).text).toBe('step 1');
  expect((await worker.finish(lease)).body).toEqual({ status: 'succeeded' });
  expect((await worker.complete(lease, { adapter: `adapter of ${id}` })).body).toEqual({ status: 'succeeded' });

  const job = await client.fineTuning.jobs.retrieve(id);
  expect(job.status).toBe('succeeded');
  const listed = await client.fineTuning.jobs.list({ metadata: { team: 'a' } });
  expect(listed.data.map((found) => found.id)).toEqual([id]);
  const stream = await fetch(new URL(`/v1/fine_tuning/jobs/${id}/events?stream=true`, url), {
    headers: { authorization: `Bearer ${SECRET}` },
  });
  const lines = (await stream.text()).split('\n').filter((line) => line.startsWith('data: '));
  expect(lines.filter((line) => line.includes('"epoch 1"'))).toHaveLength(101);
  expect(lines.at(-1)).toContain('"status":"succeeded"');

  const model = job.fine_tuned_model ?? '';
  expect(await client.post('/predict', { body: { model, input: ['a', 'b'] } })).toMatchObject({
    data: [{ label: 'a' }, { label: 'b' }],
  });
  expect((await worker.download(`/adapters/${hash(`adapter of ${id}`)}`)).text).toBe(`adapter of ${id}`);
  expect((await client.models.delete(model)).deleted).toBe(true);
  expect((await worker.download(`/adapters/${hash(`adapter of ${id}`)}`)).status).toBe(404);
});

test('predictions become a window of the drift watch after their answer has gone', async () => {
  await createJob();
  const lease = await claim(worker);
  await worker.finish(lease);
  const { fine_tuned_model } = await client.fineTuning.jobs.retrieve(lease.job_id);
  const model = fine_tuned_model ?? '';
  await client.post('/predict', { body: { model, input: Array.from({ length: 210 }, () => 'a') } });
  await expect
    .poll(() => client.get(`/models/${encodeURIComponent(model)}/drift`), { timeout: 20_000, interval: 100 })
    .toMatchObject({ state: 'stable', collected: { rows: 0 }, windows: [{ rows: 210, mean_shift: 0.5, label_p: 1 }] });
});
