import { createHash } from 'node:crypto';
import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestHarness } from 'wrangler';
import { createGatewayClient } from '../../gpu-worker/src/gateway-api/gateway-client.ts';
import { createPresignedUrls } from '../../src/platform/cloudflare/presigned-urls.ts';
import type { CloudflareEnvironment } from '../../src/platform/cloudflare/environment.ts';
import type { DirectBlobs } from '../../src/services/ports.ts';
import { startFakeWorker } from '../support/fake-worker.ts';
import { ROWS, toJsonl } from '../support/training-data.ts';
import { startExportWorker } from './support/export-worker.ts';
import { patternOf } from './support/pattern-of.ts';

/**
 * Large bytes past the gateway: presigned URLs of the bucket's S3 interface, which wrangler's local runtime has as well. A second Worker has
 * the credentials of the bucket that both bind.
 */
const SECRET = 'a-secret-of-the-operator';
const WORKER_TOKEN = 'a-worker-token-of-thirty-two-characters';
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local-secret' };
const MIB = 1024 * 1024;

const bucket = {
  config: {
    name: 'bucket',
    main: 'tests/workers/support/idle-worker.ts',
    compatibility_date: '2026-10-20',
    r2_buckets: [
      { binding: 'BLOBS', bucket_name: 'levigate-blobs', local_dev: { experimental_s3_credentials: CREDENTIALS } },
    ],
  },
};
const gateway = (r2Url: string) => ({
  configPath: 'wrangler.toml',
  secrets: {
    LEVIGATE_API_KEY: SECRET,
    LEVIGATE_WORKER_TOKEN: WORKER_TOKEN,
    LEVIGATE_R2_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    LEVIGATE_R2_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  },
  vars: { LEVIGATE_R2_URL: r2Url },
});
const options = (r2Url: string) => ({
  root: new URL('../..', import.meta.url).pathname,
  workers: [gateway(r2Url), bucket],
});

const harness = createTestHarness(options('http://127.0.0.1:1/levigate-blobs'));
let url: URL;
let env: CloudflareEnvironment;
let direct: DirectBlobs;

beforeAll(async () => {
  // The bucket's address is known once the runtime listens.
  const first = await harness.listen();
  await harness.update(options(new URL('/cdn-cgi/local/r2/s3/levigate-blobs', first.url).href));
  ({ url } = await harness.listen());
  expect(url.href).toBe(first.url.href);
  const worker = harness.getWorker<CloudflareEnvironment>();
  await worker.applyD1Migrations('DB');
  env = await worker.getEnv();
  direct = createPresignedUrls({
    ...CREDENTIALS,
    bucketUrl: new URL('/cdn-cgi/local/r2/s3/levigate-blobs', url).href,
  });
});
afterAll(() => harness.close());

const random = (length: number): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += 65_536)
    crypto.getRandomValues(bytes.subarray(offset, offset + 65_536));
  return bytes;
};
const hash = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const put = async (to: string, body: Uint8Array<ArrayBuffer>): Promise<number> => {
  const response = await fetch(to, { method: 'PUT', body });
  await response.body?.cancel();
  return response.status;
};

test('a presigned URL takes a blob of its key and length, and another gives it back', async () => {
  const content = random(100_000);
  const putUrl = await direct.putUrl('jobs/a/adapter-1', { sizeBytes: content.length, expiresS: 60 });
  expect(await put(putUrl, content)).toBe(200);
  const stored = await env.BLOBS.get('jobs/a/adapter-1');
  expect(hash(new Uint8Array(await (stored?.arrayBuffer() ?? new ArrayBuffer())))).toBe(hash(content));
  const answer = await fetch(await direct.getUrl('jobs/a/adapter-1', { expiresS: 60 }));
  expect(hash(await answer.bytes())).toBe(hash(content));
});

test('a presigned URL is good for nothing else: another key, verb, length or time', async () => {
  const content = random(1_000);
  const signed = await direct.putUrl('jobs/a/mine', { sizeBytes: content.length, expiresS: 60 });
  expect(await put(signed.replace('/mine?', '/other?'), content)).toBe(403);
  expect(await put(signed, random(1_001))).toBe(403);
  expect((await fetch(signed)).status).toBe(403);
  expect(await put(signed.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'), content)).toBe(403);
  expect(await env.BLOBS.head('jobs/a/mine')).toBeNull();
  expect(await env.BLOBS.head('jobs/a/other')).toBeNull();
});

test('refuses to sign what is no key of ours', async () => {
  await expect(direct.getUrl('../secrets', { expiresS: 60 })).rejects.toThrow('no blob key');
});

test("a worker's large artifact goes straight to the bucket, is hashed there, and comes straight back", async () => {
  const client = new OpenAI({ apiKey: SECRET, baseURL: new URL('/v1', url).href });
  const file = await toFile(Buffer.from(toJsonl(ROWS)), 'train.jsonl');
  const { id: trainingFile } = await client.files.create({ file, purpose: 'fine-tune' });
  const { id } = await client.fineTuning.jobs.create({ model: 'all-minilm-l6-v2', training_file: trainingFile });
  const worker = await startFakeWorker({ send: (path, init) => fetch(new URL(path, url), init), token: WORKER_TOKEN });
  const claimed = await worker.claim();
  if (!claimed) throw new Error('nothing was leased');
  const lease = { jobId: id, token: claimed.lease_token };

  const visited: string[] = [];
  const requests = createGatewayClient({
    url: url.href,
    workerToken: WORKER_TOKEN,
    fetch: async (input, init) => {
      const target = new URL(input instanceof Request ? input.url : input);
      const isBucket = target.pathname.includes('/r2/s3/');
      visited.push(`${init?.method ?? 'GET'} ${isBucket ? 'bucket' : target.pathname.split('/').at(-1)}`);
      expect(new Headers(init?.headers).has('authorization')).toBe(!isBucket);
      return fetch(input, init);
    },
  });
  const checkpoint = random(40 * MIB);
  expect(await requests.upload(lease, 'checkpoint', checkpoint)).toEqual({
    bytes: checkpoint.length,
    sha256: hash(checkpoint),
  });
  expect(visited.map((visit) => visit.replace(/[0-9a-f-]{36}$/, 'ID'))).toEqual([
    'POST direct',
    'PUT bucket',
    'POST ID',
  ]);
  expect(hash(await requests.downloadCheckpoint(lease))).toBe(hash(checkpoint));

  const headers = { authorization: `Bearer ${WORKER_TOKEN}`, 'x-lease-token': lease.token };
  const answer = await fetch(new URL(`/worker/v1/jobs/${id}/checkpoint`, url), { headers, redirect: 'manual' });
  expect(answer.status).toBe(307);
  expect(answer.headers.get('location')).toContain('/r2/s3/levigate-blobs/');

  // A second one takes its place, and nobody keeps the first.
  await requests.upload(lease, 'checkpoint', random(33 * MIB));
  expect((await env.BLOBS.list({ prefix: `jobs/${id}/checkpoint` })).objects).toHaveLength(1);

  const small = await requests.upload(lease, 'report', new TextEncoder().encode('{}'));
  expect(small).toEqual({ bytes: 2, sha256: hash('{}') });
  expect(visited.at(-1)).toBe('PUT report');
});

test('an export of more than a request may have goes straight to the bucket', async () => {
  const content = patternOf(110_000_000);
  const archive = new Blob([content]);
  await using exporter = await startExportWorker({ url, apiKey: SECRET, workerToken: WORKER_TOKEN, archive });
  const path = `/v1/models/${exporter.model}/export?format=onnx`;
  const response = await fetch(new URL(path, url), { headers: { authorization: `Bearer ${SECRET}` } });
  expect(response.status).toBe(200);
  expect(hash(await response.bytes())).toBe(hash(content));
  expect(exporter.sent).toEqual([
    { to: 'gateway', bytes: 0 },
    { to: 'bucket', bytes: content.length },
  ]);
}, 120_000);
