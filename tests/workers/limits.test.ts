import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorker } from './harness.ts';
import type { Worker } from './harness.ts';

/** What a Worker may not exceed, and how a client is told. */
const SECRET = 'a-secret-of-the-operator';
const BOUNDARY = 'openai-x';
const MAX_BODY_BYTES = 100_000_000;

let worker: Worker;
beforeAll(async () => {
  worker = await startWorker({ LEVIGATE_API_KEY: SECRET, LEVIGATE_WORKER_TOKEN: 'w'.repeat(32) });
});
afterAll(() => worker[Symbol.asyncDispose]());

const headers = {
  authorization: `Bearer ${SECRET}`,
  'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
};

/** A multipart body of one file, made as it is sent. */
function uploadOf(sizeBytes: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(65_536);
  let left = sizeBytes;
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n`;
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(head)),
    pull(controller) {
      if (left <= 0) return controller.close();
      controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
    },
  });
}

const PARTS = 'in parts with POST /v1/uploads';

test('413 before a byte is read: a file that declares more than the platform takes, with the way that is left', async () => {
  const answer = await fetch(new URL('/v1/files', worker.url), {
    method: 'POST',
    headers,
    body: new Uint8Array(MAX_BODY_BYTES + 1),
  });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({
    error: { code: 'payload_too_large', message: expect.stringContaining(PARTS) },
  });
});

test('413 on the way: a file of an unknown length that turns out larger, and nothing of it stays', async () => {
  const answer = await fetch(new URL('/v1/files', worker.url), {
    method: 'POST',
    headers,
    body: uploadOf(MAX_BODY_BYTES + 1),
    duplex: 'half',
  } as RequestInit);
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({
    error: { code: 'payload_too_large', message: expect.stringContaining(PARTS) },
  });
  expect((await worker.env.BLOBS.list()).objects).toEqual([]);
}, 120_000);

test("413: a worker's artifact is told what the deployment lacks", async () => {
  const answer = await fetch(new URL('/worker/v1/jobs/ftjob-1/artifacts/checkpoint', worker.url), {
    method: 'PUT',
    headers: { authorization: `Bearer ${'w'.repeat(32)}`, 'x-lease-token': 'lease' },
    body: new Uint8Array(MAX_BODY_BYTES + 1),
  });
  expect(answer.status).toBe(413);
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringContaining('S3 credentials') } });
});

test('a container that does not run is no error: its worker counts as gone, and the caller hears when to come back', async () => {
  const register = await fetch(new URL('/worker/v1/register', worker.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${'w'.repeat(32)}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'container-0',
      url: 'http://container-0.container.internal/',
      access_token: 'a'.repeat(32),
      device: 'cpu',
      backbones: ['all-minilm-l6-v2'],
    }),
  });
  expect(register.status).toBe(200);
  const answer = await fetch(new URL('/v1/embeddings', worker.url), {
    method: 'POST',
    headers: { authorization: `Bearer ${SECRET}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'all-minilm-l6-v2', input: 'a' }),
  });
  // This runtime has no containers, so the address leads to one that cannot be.
  expect(answer.status).toBe(502);
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
  expect(await answer.json()).toMatchObject({ error: { code: 'worker_failed' } });
});
