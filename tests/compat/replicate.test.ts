import Replicate, { validateWebhook } from 'replicate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createWebhookSender } from '../../src/platform/node/webhook-sender.ts';
import { startFakeWorker } from '../support/fake-worker.ts';
import type { FakeWorker } from '../support/fake-worker.ts';
import { createTestGateway } from '../support/gateway.ts';
import type { TestGateway } from '../support/gateway.ts';
import { createScriptedWorkers } from '../support/scripted-worker.ts';
import { uploadFile } from '../support/training-data.ts';
import { startHttpReceiver } from '../support/webhooks.ts';

const BACKBONE = 'all-minilm-l6-v2';

/** The unmodified client over real HTTP, with a real receiver of webhooks; worker and training are scripted. */
const stack = new AsyncDisposableStack();
let gateway: TestGateway;
let replicate: Replicate;
let worker: FakeWorker;
let receiver: Awaited<ReturnType<typeof startHttpReceiver>>;
let trainingFile: string;
let asked: ReturnType<typeof createScriptedWorkers>['asked'];
let baseUrl: string;

beforeAll(async () => {
  receiver = stack.use(await startHttpReceiver());
  const { workers, asked: requests } = createScriptedWorkers();
  asked = requests;
  const webhooks = createWebhookSender({ allowPrivate: true });
  gateway = stack.use(await createTestGateway({ services: { workers, webhooks } }));
  const url = await gateway.listen();
  baseUrl = `${url}/replicate/v1`;
  replicate = new Replicate({ auth: gateway.secret, baseUrl, useFileOutput: false });
  worker = await startFakeWorker({
    send: (path, init) => fetch(url + path, init),
    token: gateway.workerToken,
  });
  trainingFile = await uploadFile(gateway);
});
afterAll(() => stack.disposeAsync());

async function train(destination: string, options: object = {}) {
  const created = await replicate.trainings.create('levigate', BACKBONE, BACKBONE, {
    destination: destination as `${string}/${string}`,
    input: { training_file: trainingFile, seed: 7 },
    ...options,
  });
  const lease = await worker.claim();
  if (lease?.job_id !== created.id) throw new Error(`claimed ${lease?.job_id}`);
  await worker.finish(lease);
  return { created, finished: await replicate.trainings.get(created.id) };
}

const versionOf = ({ output }: { output?: unknown }): `${string}/${string}` =>
  (output as { version: `${string}/${string}` }).version;

/** What the receiver was sent last, checked by the client's own validator. */
async function lastValidBody(): Promise<Record<string, unknown>> {
  await gateway.run('runOutbox');
  const sent = receiver.received.at(-1);
  const { key } = await replicate.webhooks.default.secret.get();
  const body = sent?.body ?? '';
  const header = (name: string): string => String(sent?.headers[name] ?? '');
  const id = header('webhook-id');
  const timestamp = header('webhook-timestamp');
  const signature = header('webhook-signature');
  expect(await validateWebhook({ id, timestamp, signature, body, secret: key })).toBe(true);
  expect(await validateWebhook({ id, timestamp, signature, body: `${body} `, secret: key })).toBe(false);
  return JSON.parse(body);
}

describe('trainings', () => {
  test('create, run, retrieve, list; the destination names the model that runs', async () => {
    const { created, finished } = await train('acme/tickets');
    expect(created).toMatchObject({ status: 'starting', output: null, source: 'api' });
    expect(finished).toMatchObject({ id: created.id, status: 'succeeded', error: null });
    const version = versionOf(finished);
    expect(version).toMatch(new RegExp(`^acme/tickets:ft:${BACKBONE}:`));
    expect((await replicate.trainings.list()).results.map(({ id }) => id)).toContain(created.id);
    expect(await replicate.run(version, { input: { text: 'abc' } })).toMatchObject({
      label: 'billing',
      score: 0.7,
    });
    expect(await replicate.run('acme/tickets', { input: { texts: ['abc', 'abcdefgh'] } })).toMatchObject([
      { label: 'billing' },
      { label: 'bug' },
    ]);
    expect((await replicate.models.get('acme', 'tickets')).latest_version?.id).toBe(
      version.slice('acme/tickets:'.length),
    );
  });

  test('cancel', async () => {
    const options = { destination: 'acme/other', input: { training_file: trainingFile, seed: 9 } } as const;
    const { id } = await replicate.trainings.create('levigate', BACKBONE, BACKBONE, options);
    expect((await replicate.trainings.cancel(id)).status).toBe('canceled');
  });

  test('the end is sent to the webhook in the shape of a training, signed', async () => {
    const { created } = await train('acme/told', { webhook: receiver.url, webhook_events_filter: ['completed'] });
    expect(await lastValidBody()).toMatchObject({ id: created.id, status: 'succeeded', version: BACKBONE });
    const { body } = await gateway.json('/v1/webhook_endpoints');
    expect(body.data).toEqual([]);
  });
});

describe('predictions', () => {
  test('an image given as a file is uploaded by the client, and read; as a data URI, too', async () => {
    const { finished } = await train('acme/pictures');
    const image = Buffer.from('not read by a scripted worker');
    const before = asked.length;
    await replicate.predictions.create({ version: versionOf(finished), input: { image } });
    const base64 = image.toString('base64');
    // Written out: the client's own `fileEncodingStrategy: 'data-uri'` sends itself in the place of the inputs.
    const dataUri = `data:image/png;base64,${base64}`;
    await replicate.predictions.create({ version: versionOf(finished), input: { image: dataUri } });
    expect(asked.slice(before).map(({ request }) => request)).toMatchObject([
      { inputs: [{ image: base64 }] },
      { inputs: [{ image: dataUri }] },
    ]);
    const strange = `${baseUrl}/files/file-none`;
    await expect(
      replicate.predictions.create({ version: versionOf(finished), input: { image: strange } }),
    ).rejects.toThrow(/404.*no file/s);
  });

  test('create, retrieve, list, cancel after the end, wait', async () => {
    const { finished } = await train('acme/predicting');
    const version = versionOf(finished);
    const created = await replicate.predictions.create({ version, input: { text: 'abcdefgh' } });
    expect(created).toMatchObject({ status: 'succeeded', output: { label: 'bug' }, input: { text: 'abcdefgh' } });
    expect(await replicate.predictions.get(created.id)).toEqual(created);
    expect((await replicate.wait(created, {})).status).toBe('succeeded');
    expect((await replicate.predictions.cancel(created.id)).id).toBe(created.id);
    const pages: string[][] = [];
    for await (const page of replicate.paginate(() => replicate.predictions.list()))
      pages.push(page.map(({ id }) => id));
    expect(pages[0]?.[0]).toBe(created.id);
    gateway.clock.advance(2 * 3_600_000);
    await gateway.run('runUpkeep');
    await expect(replicate.predictions.get(created.id)).rejects.toThrow(/404/);
  });

  test('the end is sent to the webhook; who asks for other events hears nothing', async () => {
    const { finished } = await train('acme/telling');
    const version = versionOf(finished);
    const created = await replicate.predictions.create({ version, input: { text: 'abc' }, webhook: receiver.url });
    expect(await lastValidBody()).toEqual(created);
    const before = receiver.received.length;
    const webhook_events_filter = ['start' as const];
    await replicate.predictions.create({
      version,
      input: { text: 'abc' },
      webhook: receiver.url,
      webhook_events_filter,
    });
    await gateway.run('runOutbox');
    expect(receiver.received).toHaveLength(before);
  });

  test('files: created, read, listed, deleted, and named by training inputs', async () => {
    const content = await (
      await fetch(`${baseUrl.replace('/replicate/v1', '/v1')}/files/${trainingFile}/content`, {
        headers: { authorization: `Bearer ${gateway.secret}` },
      })
    ).blob();
    const file = await replicate.files.create(content, { purpose: 'kept by nobody' });
    expect(file).toMatchObject({ size: content.size, urls: { get: `${baseUrl}/files/${file.id}` } });
    expect(Date.parse(file.expires_at ?? '') - Date.parse(file.created_at)).toBe(24 * 3_600_000);
    expect(await replicate.files.get(file.id)).toEqual(file);
    expect((await replicate.files.list()).results).toContainEqual(file);

    const created = await replicate.trainings.create('levigate', BACKBONE, BACKBONE, {
      destination: 'acme/by-url',
      input: { training_file: file.urls.get },
    });
    expect(created.input).toMatchObject({ training_file: file.id });
    await expect(replicate.files.delete(file.id)).rejects.toThrow(/409.*used by a job/s);
    await replicate.trainings.cancel(created.id);
    expect(await replicate.files.delete(file.id)).toBe(true);
    await expect(replicate.files.get(file.id)).rejects.toThrow(/404/);
  });

  test('errors say what is wrong', async () => {
    const { finished } = await train('acme/wrong');
    const version = versionOf(finished);
    await expect(replicate.predictions.create({ version, input: { txet: 'a' } })).rejects.toThrow(
      /422.*Unrecognized key/s,
    );
    await expect(replicate.run('acme/none', { input: { text: 'a' } })).rejects.toThrow(/404.*no model/s);
    const stranger = new Replicate({ auth: 'wrong', baseUrl });
    await expect(stranger.predictions.list()).rejects.toThrow(/401/);
  });
});
