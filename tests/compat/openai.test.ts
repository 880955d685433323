import OpenAI, {
  APIError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  NotFoundError,
  PermissionDeniedError,
  toFile,
} from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWorkerTransport } from '../../src/platform/node/worker-transport.ts';
import { startFakeWorker } from '../support/fake-worker.ts';
import type { FakeWorker } from '../support/fake-worker.ts';
import { createTestGateway } from '../support/gateway.ts';
import type { TestGateway } from '../support/gateway.ts';
import { startPredictServer } from '../support/predict-server.ts';
import { ROWS, toJsonl } from '../support/training-data.ts';

/** The unmodified official client against the gateway over real HTTP; only the training is a fake worker's. */
const BACKBONE = 'all-minilm-l6-v2';
const stack = new AsyncDisposableStack();
let gateway: TestGateway;
let client: OpenAI;
let worker: FakeWorker;
let trainingFile: string;

beforeAll(async () => {
  const transport = stack.use(createWorkerTransport());
  gateway = stack.use(await createTestGateway({ services: { workers: transport } }));
  const url = await gateway.listen();
  client = new OpenAI({ apiKey: gateway.secret, baseURL: `${url}/v1` });
  worker = await startFakeWorker({
    send: (path, init) => fetch(url + path, init),
    token: gateway.workerToken,
    url: stack.use(await startPredictServer()).url,
  });
  trainingFile = (await upload('train.jsonl')).id;
});
afterAll(() => stack.disposeAsync());

const upload = async (filename: string, content = toJsonl(ROWS)) =>
  client.files.create({ file: await toFile(Buffer.from(content), filename), purpose: 'fine-tune' });

async function train(fields: Partial<OpenAI.FineTuning.JobCreateParams> = {}) {
  const { id } = await client.fineTuning.jobs.create({ model: BACKBONE, training_file: trainingFile, ...fields });
  for (let lease = await worker.claim(); lease; lease = await worker.claim()) await worker.finish(lease);
  const job = await client.fineTuning.jobs.retrieve(id);
  if (job.fine_tuned_model === null) throw new Error(`${id} is ${job.status}`);
  return { job, model: job.fine_tuned_model };
}

/** What the client throws. */
async function errorOf(call: Promise<unknown>): Promise<APIError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof APIError) return error;
  throw new Error('the call was not refused by the API', { cause: error });
}

describe('files', () => {
  test('create, retrieve, content, list over pages, wait, delete', async () => {
    const created = await upload('one.jsonl');
    expect(created).toMatchObject({ object: 'file', filename: 'one.jsonl', purpose: 'fine-tune', status: 'processed' });
    expect(await client.files.retrieve(created.id)).toMatchObject({ id: created.id, bytes: created.bytes });
    expect(await (await client.files.content(created.id)).text()).toBe(toJsonl(ROWS));
    expect((await client.files.waitForProcessing(created.id)).id).toBe(created.id);
    const listed: string[] = [];
    for await (const file of client.files.list({ limit: 1, purpose: 'fine-tune' })) listed.push(file.id);
    expect(listed).toEqual([created.id, trainingFile]);
    expect(await client.files.delete(created.id)).toEqual({ id: created.id, object: 'file', deleted: true });
    expect((await errorOf(client.files.retrieve(created.id))).status).toBe(404);
  });
});

describe('fine-tuning jobs', () => {
  test('create with levi, run, retrieve, events and result file', async () => {
    const levi = { method: 'auto', shift_files: [{ name: 'chat', file: trainingFile }] };
    // The client's types do not know `levi`; it passes unknown fields through.
    const fields = { suffix: 'tickets', seed: 3, metadata: { team: 'a' }, levi } as object;
    const { job, model } = await train(fields);
    expect(job).toMatchObject({
      object: 'fine_tuning.job',
      status: 'succeeded',
      seed: 3,
      metadata: { team: 'a' },
      levi,
    });
    expect(model).toMatch(new RegExp(`^ft:${BACKBONE}:${gateway.projectId}:tickets:`));
    const messages: string[] = [];
    for await (const event of client.fineTuning.jobs.listEvents(job.id, { limit: 2 })) messages.push(event.message);
    expect(messages[0]).toBe('The job has successfully completed');
    expect(messages.at(-1)).toBe(`Created fine-tuning job: ${job.id}`);
    const [resultFile] = job.result_files;
    expect(await (await client.files.content(resultFile ?? '')).text()).toContain('train_loss');
    expect((await client.fineTuning.jobs.checkpoints.list(job.id)).data).toEqual([]);
  });

  test('list over pages and by metadata, newest first', async () => {
    const ids: string[] = [];
    for (const n of ['1', '2', '3']) {
      const metadata = { batch: 'paged', n };
      ids.push((await client.fineTuning.jobs.create({ model: BACKBONE, training_file: trainingFile, metadata })).id);
    }
    const listed: string[] = [];
    for await (const job of client.fineTuning.jobs.list({ limit: 2, metadata: { batch: 'paged' } }))
      listed.push(job.id);
    expect(listed).toEqual(ids.toReversed());
    for (const id of ids) await client.fineTuning.jobs.cancel(id);
  });

  test('pause, resume and cancel with their empty bodies', async () => {
    const { id } = await client.fineTuning.jobs.create({ model: BACKBONE, training_file: trainingFile });
    expect((await client.fineTuning.jobs.pause(id)).status).toBe('paused');
    expect((await client.fineTuning.jobs.resume(id)).status).toBe('queued');
    expect((await client.fineTuning.jobs.cancel(id)).status).toBe('cancelled');
    const conflict = await errorOf(client.fineTuning.jobs.cancel(id));
    expect(conflict).toBeInstanceOf(ConflictError);
    expect(conflict.code).toBe('job_already_finished');
  });
});

describe('models', () => {
  test('list, retrieve and delete by an id with colons', async () => {
    const { model } = await train();
    const listed: string[] = [];
    for await (const { id } of client.models.list()) listed.push(id);
    expect(listed).toContain(model);
    expect(listed).toContain(BACKBONE);
    expect(await client.models.retrieve(model)).toMatchObject({ object: 'model', root: BACKBONE, parent: BACKBONE });
    expect(await client.models.delete(model)).toEqual({ id: model, object: 'model', deleted: true });
    expect(await errorOf(client.models.retrieve(model))).toBeInstanceOf(NotFoundError);
  });
});

test("client.post reaches /predict with the client's key, retries and errors", async () => {
  const { model } = await train();
  const answer: unknown = await client.post('/predict', { body: { model, input: ['a', 'b'] } });
  expect(answer).toMatchObject({
    object: 'list',
    data: [
      { index: 0, model, label: 'a' },
      { index: 1, model, label: 'b' },
    ],
    usage: { input_tokens: 1 },
  });
  const refused = await errorOf(client.post('/predict', { body: { model: BACKBONE, input: 'a' } }));
  expect(refused).toMatchObject({ status: 400, code: 'model_is_backbone', param: 'model' });
});

describe('errors keep their class and fields', () => {
  test('400 with code, param, type and request id', async () => {
    const error = await errorOf(client.fineTuning.jobs.create({ model: 'bert-huge', training_file: trainingFile }));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(error).toMatchObject({
      status: 400,
      code: 'unknown_backbone',
      param: 'model',
      type: 'invalid_request_error',
      requestID: expect.stringMatching(/^req_/),
    });
    expect(error.message).toContain(BACKBONE);
  });

  test('401, 403, 404 and 409 have the classes a program catches', async () => {
    const stranger = new OpenAI({ apiKey: 'wrong-key', baseURL: client.baseURL });
    const reader = new OpenAI({ apiKey: await gateway.createKey({ scopes: ['files:read'] }), baseURL: client.baseURL });
    expect(await errorOf(stranger.models.list())).toBeInstanceOf(AuthenticationError);
    expect(await errorOf(reader.files.delete(trainingFile))).toBeInstanceOf(PermissionDeniedError);
    expect(await errorOf(client.fineTuning.jobs.retrieve('ftjob-none'))).toBeInstanceOf(NotFoundError);
    await client.fineTuning.jobs.create({ model: BACKBONE, training_file: trainingFile });
    expect(await errorOf(client.files.delete(trainingFile))).toBeInstanceOf(ConflictError);
  });

  test('a line of the training file is named', async () => {
    const { id } = await upload('bad.jsonl', `${toJsonl(ROWS)}{"text":"no label"}\n`);
    const error = await errorOf(client.fineTuning.jobs.create({ model: BACKBONE, training_file: id }));
    expect(error).toMatchObject({ code: 'invalid_training_file', param: 'training_file' });
    expect(error.message).toMatch(/line 13, field "label"/);
  });
});
