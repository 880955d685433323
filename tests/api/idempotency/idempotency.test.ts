import { expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { uploadForm } from '../../support/multipart.ts';
import { uploadFile } from '../../support/training-data.ts';

const KEY = { 'idempotency-key': 'k1' };
const URL = 'https://example.com/hook';

const createWebhook = (gateway: TestGateway, headers: Record<string, string> = KEY, json: unknown = { url: URL }) =>
  gateway.json('/v1/webhook_endpoints', { method: 'POST', json, headers });

const countWebhooks = async (gateway: TestGateway): Promise<number> =>
  (await gateway.json('/v1/webhook_endpoints')).body.data.length;

test('200: the same request gets the first answer again, which says so, and nothing is done twice', async () => {
  await using gateway = await createTestGateway();
  const first = await createWebhook(gateway);
  const second = await createWebhook(gateway);
  expect(second.body).toEqual(first.body);
  expect(second.status).toBe(first.status);
  expect(first.headers.get('idempotent-replayed')).toBeNull();
  expect(second.headers.get('idempotent-replayed')).toBe('true');
  expect(second.headers.get('original-request')).toBe(first.headers.get('x-request-id'));
  expect(await countWebhooks(gateway)).toBe(1);
});

test('400: the same key with another body or another path', async () => {
  await using gateway = await createTestGateway();
  const { body: created } = await createWebhook(gateway);
  const otherBody = await createWebhook(gateway, KEY, { url: `${URL}/2` });
  const otherPath = await gateway.json(`/v1/webhook_endpoints/${created.id}/test`, {
    method: 'POST',
    json: { url: URL },
    headers: KEY,
  });
  for (const { status, body } of [otherBody, otherPath]) {
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: 'idempotency_key_reused',
      type: 'idempotency_error',
      param: 'Idempotency-Key',
    });
  }
  expect(await countWebhooks(gateway)).toBe(1);
});

test('200: after a day the key is new again, and its answer is forgotten', async () => {
  await using gateway = await createTestGateway();
  const first = await createWebhook(gateway);
  gateway.clock.advance(24 * 3_600_000 - 1);
  expect(await gateway.run('pruneIdempotencyKeys')).toBe(0);
  expect((await createWebhook(gateway)).body.id).toBe(first.body.id);
  gateway.clock.advance(1);
  expect((await createWebhook(gateway)).body.id).not.toBe(first.body.id);
  gateway.clock.advance(24 * 3_600_000);
  expect(await gateway.run('pruneIdempotencyKeys')).toBe(1);
});

test('200: a refused request may be mended and sent with the same key', async () => {
  await using gateway = await createTestGateway();
  expect((await createWebhook(gateway, KEY, { url: 'no url' })).status).toBe(400);
  expect((await createWebhook(gateway)).status).toBe(200);
});

test('200: the same key of another API key is another key', async () => {
  await using gateway = await createTestGateway();
  const first = await createWebhook(gateway);
  const secret = await gateway.createKey();
  const other = await gateway.json('/v1/webhook_endpoints', {
    method: 'POST',
    json: { url: URL },
    headers: KEY,
    secret,
  });
  expect(other.body.id).not.toBe(first.body.id);
});

test('409: while the first is worked on, and the openai client is told to try again; after its gateway died the next takes over', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const beforePut = (): Promise<void> => (begun.resolve(), held);
  await using gateway = await createTestGateway({ blobs: { beforePut } });
  const upload = () => gateway.json('/v1/files', { method: 'POST', body: uploadForm(), headers: KEY });
  const first = upload();
  await begun.promise;
  const second = await upload();
  expect(second.status).toBe(409);
  expect(second.body.error.code).toBe('idempotency_key_in_use');
  expect(second.headers.get('x-should-retry')).toBe('true');
  expect(second.headers.get('retry-after')).toBe('1');
  gateway.clock.advance(30_000);
  const third = upload();
  release();
  expect((await third).status).toBe(200);
  // Its answer came too late to be kept: the key was another's by then.
  await first;
  expect((await upload()).body.id).toBe((await third).body.id);
});

test('200: an upload whose parts are the same is the same whatever its boundary; another content is another request', async () => {
  await using gateway = await createTestGateway();
  const upload = (file: string) =>
    gateway.json('/v1/files', { method: 'POST', body: uploadForm({ file }), headers: KEY });
  const first = await upload('{"text":"a","label":"b"}\n');
  const again = await upload('{"text":"a","label":"b"}\n');
  expect(again.body).toEqual(first.body);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  const other = await upload('{"text":"a","label":"c"}\n');
  expect(other.status).toBe(400);
  expect(other.body.error.code).toBe('idempotency_key_reused');
  expect((await gateway.json('/v1/files')).body.data).toHaveLength(1);
});

test('400: an empty or overlong key', async () => {
  await using gateway = await createTestGateway();
  for (const key of ['', 'x'.repeat(256)]) {
    const { status, body } = await createWebhook(gateway, { 'idempotency-key': key });
    expect(status).toBe(400);
    expect(body.error.param).toBe('Idempotency-Key');
  }
});

test('200: a first try that reads its files longer than its retry finds the job of the retry', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  let reads = 0;
  const beforeGet = async (): Promise<void> => {
    reads += 1;
    if (reads > 1) return;
    begun.resolve();
    await held;
  };
  await using gateway = await createTestGateway({ blobs: { beforeGet } });
  const training_file = await uploadFile(gateway);
  const create = (retries: string) =>
    gateway.json('/v1/fine_tuning/jobs', {
      method: 'POST',
      json: { model: 'all-minilm-l6-v2', training_file },
      headers: { 'x-stainless-retry-count': retries },
    });
  const first = create('0');
  await begun.promise;
  const retry = await create('1');
  release();
  expect((await first).body.id).toBe(retry.body.id);
  expect((await gateway.json('/v1/fine_tuning/jobs')).body.data).toHaveLength(1);
});
