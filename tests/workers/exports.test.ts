import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startWorker } from './harness.ts';
import { startExportWorker } from './support/export-worker.ts';
import { patternOf } from './support/pattern-of.ts';

const SECRET = 'a-secret-of-the-operator';
const WORKER_TOKEN = 'a-worker-token-of-thirty-two-characters';
/** Cloudflare refuses a larger request. */
const MAX_REQUEST = 100_000_000;
const SIZE = 110_000_000;

test('an export of more than a request may have goes through the Worker in parts, and out of it as one', async () => {
  await using worker = await startWorker({ LEVIGATE_API_KEY: SECRET, LEVIGATE_WORKER_TOKEN: WORKER_TOKEN });
  const { url, env } = worker;
  const archive = patternOf(SIZE);
  const sha256 = createHash('sha256').update(archive).digest('hex');
  const blob = new Blob([archive]);
  await using exporter = await startExportWorker({ url, apiKey: SECRET, workerToken: WORKER_TOKEN, archive: blob });
  const path = `/v1/models/${exporter.model}/export?format=onnx`;
  const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${SECRET}` } });
  expect([response.status, response.headers.get('content-length')]).toEqual([200, String(SIZE)]);
  const hash = createHash('sha256');
  for await (const chunk of response.body ?? []) hash.update(chunk);
  expect(hash.digest('hex')).toBe(sha256);
  const bodies = exporter.sent.map(({ bytes }) => bytes);
  expect(exporter.sent.every(({ to }) => to === 'gateway')).toBe(true);
  expect(Math.max(...bodies)).toBeLessThan(MAX_REQUEST);
  expect(bodies.reduce((sum, bytes) => sum + bytes, 0)).toBe(SIZE);
  expect((await env.BLOBS.list({ prefix: 'parts/' })).objects).toEqual([]);
}, 120_000);
