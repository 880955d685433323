import { afterAll, beforeAll, expect, test } from 'vitest';
import { FileObject, page } from '../../src/contract/index.ts';
import { encodeMultipart, fieldPart, filePart, streamInChunks } from '../support/multipart.ts';
import { startWorker } from './harness.ts';
import type { Worker } from './harness.ts';

const SECRET = 'a-secret-of-the-operator';
const BOUNDARY = 'openai-x';

let worker: Worker;
beforeAll(async () => {
  worker = await startWorker({ LEVIGATE_API_KEY: SECRET });
});
afterAll(() => worker[Symbol.asyncDispose]());

interface Request extends Omit<RequestInit, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>;
}

const request = (path: string, init: Request = {}, secret: string | null = SECRET) =>
  fetch(new URL(path, worker.url), {
    ...init,
    headers: { ...(secret === null ? {} : { authorization: `Bearer ${secret}` }), ...init.headers },
  });

/** Chunked, without a length, as the openai client sends it. */
async function upload(content: Uint8Array, fields: Readonly<Record<string, string>> = { purpose: 'fine-tune' }) {
  const parts = [filePart(content), ...Object.entries(fields).map(([name, value]) => fieldPart(name, value))];
  const response = await request('/v1/files', {
    method: 'POST',
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: streamInChunks(encodeMultipart(parts, BOUNDARY), [65_536, 1, 30_000]),
    duplex: 'half',
  } as Request);
  expect(response.status).toBe(200);
  return FileObject.parse(await response.json());
}

function pattern(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) bytes[index] = (index * 31 + (index >> 8)) & 255;
  return bytes;
}

test('answers its health without a key', async () => {
  const response = await request('/health', {}, null);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ status: 'ok', workers: { alive: 0 } });
});

test.each([
  ['of one part', 100_000],
  ['of exactly one R2 part', 8 * 1024 * 1024],
  ['of several R2 parts', 20 * 1024 * 1024 + 7],
])('keeps a file %s, lists it, gives it back and deletes it', async (_, length) => {
  const content = pattern(length);
  const file = await upload(content);
  expect(file.bytes).toBe(length);
  const listed = page(FileObject).parse(await (await request('/v1/files?limit=1')).json());
  expect(listed.data).toEqual([file]);
  const response = await request(`/v1/files/${file.id}/content`);
  expect(response.headers.get('content-length')).toBe(String(length));
  expect(Buffer.compare(await response.bytes(), content)).toBe(0);
  expect((await request(`/v1/files/${file.id}`, { method: 'DELETE' })).status).toBe(200);
  expect((await worker.env.BLOBS.list()).objects).toEqual([]);
});

test('the cron handler removes expired files', async () => {
  const file = await upload(pattern(10));
  await worker.env.DB.prepare('update files set expires_ms = 1 where id = ?').bind(file.id).run();
  await worker.tick();
  expect((await worker.env.BLOBS.list()).objects).toEqual([]);
  const { results } = await worker.env.DB.prepare('select id from files').all();
  expect(results).toEqual([]);
});

test('the hourly cron handler keeps what rows name and what is young', async () => {
  const file = await upload(pattern(10));
  await worker.env.BLOBS.put('files/proj_default/file-lost', new Uint8Array(3));
  await worker.tick('17 * * * *');
  expect((await worker.env.BLOBS.list()).objects).toHaveLength(2);
  expect((await request(`/v1/files/${file.id}/content`)).status).toBe(200);
});
