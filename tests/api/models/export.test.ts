import { unpackTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { createGatewayClient } from '../../../gpu-worker/src/gateway-api/gateway-client.ts';
import { LevigateError, WORKER_VERBS } from '../../../src/contract/index.ts';
import type { WorkerCall } from '../../../src/services/ports.ts';
import { createJob } from '../../support/training-data.ts';
import { sha256 } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { TestGatewayOptions } from '../../support/gateway.ts';
import { createScriptedWorkers, refusal } from '../../support/scripted-worker.ts';
import { writeSmallAdapter } from '../../support/small-adapter.ts';

const MIB = 1024 * 1024;
const ADAPTER = writeSmallAdapter(['billing', 'bug']);

/** @param atFirst what a worker does before it answers */
async function open(
  script: Parameters<typeof createScriptedWorkers>[0] = {},
  atFirst: (gateway: GatewayWithWorker, call: WorkerCall) => Promise<void> = async () => {},
  settings: TestGatewayOptions['settings'] = {},
) {
  const { workers: scripted, asked } = createScriptedWorkers(script);
  const workers = {
    post: async (call: WorkerCall) => {
      await atFirst(gateway, call);
      return scripted.post(call);
    },
  };
  const gateway: GatewayWithWorker = await createGatewayWithWorker({ services: { workers }, settings });
  const jobId = await createJob(gateway, { suffix: 'tickets', seed: 7 });
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (lease === null) throw new Error('nothing to train');
  await worker.finish(lease, ADAPTER);
  const { body: job } = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`);
  const model: string = job.fine_tuned_model;
  const get = (format: string, of = model, secret = gateway.secret) =>
    gateway.request(`/v1/models/${of}/export?format=${format}`, { secret });
  return { gateway, model, asked, get, [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose]() };
}

const importInto = (
  { gateway }: Awaited<ReturnType<typeof open>>,
  body: Uint8Array<ArrayBuffer>,
  { query = '', headers = {} }: { readonly query?: string; readonly headers?: Record<string, string> } = {},
) =>
  gateway.request(`/v1/models/import${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar', ...headers },
    body,
  });

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe('format=adapter', () => {
  test('200: a tar of manifest, report and the adapter itself, with where it comes from', async () => {
    await using opened = await open();
    const response = await opened.get('adapter');
    expect(response.headers.get('content-disposition')).toContain('.adapter.tar');
    const entries = await unpackTar(await bytesOf(response));
    expect(entries.map(({ header }) => header.name)).toEqual(['manifest.json', 'report.json', 'adapter.safetensors']);
    expect(entries[2]?.data).toEqual(ADAPTER);
    expect(JSON.parse(new TextDecoder().decode(entries[0]?.data))).toMatchObject({
      object: 'export.adapter',
      model: opened.model,
      backbone: { id: 'all-minilm-l6-v2', fingerprint: 'f'.repeat(64) },
      adapter: { sha256: sha256(ADAPTER), bytes: ADAPTER.length },
      job: { seed: 7, suffix: 'tickets' },
      provenance: { label: { engine_version: '3', seed: 7, threads: 2, training_file_sha256: 'a'.repeat(64) } },
    });
  });

  test('another Levigate takes it over: the same bytes, under a name of its own, with job and report', async () => {
    const from = await open();
    const archive = await bytesOf(await from.get('adapter'));
    await from[Symbol.asyncDispose]();
    await using to = await open();
    const answer = await importInto(to, archive, { query: '?suffix=copy' });
    const imported = (await answer.json()) as { id: string };
    expect(imported).toMatchObject({ object: 'model', root: 'all-minilm-l6-v2' });
    expect(imported.id).toMatch(/^ft:all-minilm-l6-v2:[^:]+:copy:/);
    await to.gateway.json('/v1/predict', { method: 'POST', json: { model: imported.id, input: 'abc' } });
    expect(to.asked.at(-1)?.request).toMatchObject({ adapters: [{ sha256: sha256(ADAPTER), bytes: ADAPTER.length }] });
    const { body: jobs } = await to.gateway.json('/v1/fine_tuning/jobs');
    expect(jobs.data[0]).toMatchObject({
      status: 'succeeded',
      fine_tuned_model: imported.id,
      metadata: { imported_from: from.model },
    });
    const report = await to.gateway.json(`/v1/fine_tuning/jobs/${jobs.data[0].id}/report`);
    expect(report.body).toMatchObject({ object: 'fine_tuning.report' });
    const again = await unpackTar(await bytesOf(await to.get('adapter', imported.id)));
    expect(again[2]?.data).toEqual(ADAPTER);
  });

  test('200: with an idempotency key an archive is taken over once; another archive under the key is refused', async () => {
    await using opened = await open();
    const archive = await bytesOf(await opened.get('adapter'));
    const headers = { 'idempotency-key': 'import-1' };
    const first = await importInto(opened, archive, { headers });
    expect(first.status).toBe(200);
    const again = await importInto(opened, archive, { headers });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await again.json()).toEqual(await first.json());
    const other = await importInto(opened, new Uint8Array([...archive, ...new Uint8Array(512)]), { headers });
    expect(((await other.json()) as { error: { code: string } }).error.code).toBe('idempotency_key_reused');
  });

  test('400: what is no such archive, was damaged, or reads with a backbone that is not here; nothing is left behind', async () => {
    await using opened = await open();
    const errorOf = async (body: Uint8Array<ArrayBuffer>) =>
      ((await (await importInto(opened, body)).json()) as { error: { code: string; message: string } }).error;
    const good = await bytesOf(await opened.get('adapter'));
    expect(await errorOf(new Uint8Array(700).fill(7))).toMatchObject({ code: 'invalid_request' });
    expect((await errorOf(new Uint8Array(1024))).message).toMatch(/holds no manifest.json/);
    expect((await errorOf(good.slice(0, -3_000))).code).toBe('invalid_request');
    const text = new TextDecoder('latin1').decode(good);
    const at = text.lastIndexOf('prior.bias') + 400;
    const damaged = good.slice();
    damaged[at] = (damaged[at] ?? 0) ^ 1;
    expect((await errorOf(damaged)).message).toMatch(/damaged|cut off|no tar/);
    const keys = await opened.gateway.blobKeys();
    expect(keys.filter((key) => key.startsWith('jobs/') && key.includes('/adapter-'))).toHaveLength(1);
  });
});

describe('format=onnx', () => {
  test('200: a worker makes it once, with the files of the job at hand; upkeep forgets it after a day', async () => {
    const making = async (gateway: GatewayWithWorker, call: WorkerCall): Promise<void> => {
      const { grant, source } = WORKER_VERBS.export.request.parse(JSON.parse(call.body));
      const headers = { authorization: `Bearer ${gateway.workerToken}`, 'x-export-token': grant.token };
      const path = `/worker/v1${grant.path}`;
      const file = await gateway.request(`${path}/files/${source?.training_file.id}`, { headers });
      expect([file.status, sha256(await file.text())]).toEqual([200, source?.training_file.sha256]);
      const stranger = { ...headers, 'x-export-token': 'f'.repeat(64) };
      expect((await gateway.request(path, { method: 'PUT', headers: stranger, body: 'bad' })).status).toBe(409);
      await gateway.request(path, { method: 'PUT', headers, body: 'made' });
    };
    await using opened = await open({ export: () => ({ bytes: 4 }) }, making);
    const { gateway } = opened;
    expect(await (await opened.get('onnx')).text()).toBe('made');
    expect(await (await opened.get('onnx')).text()).toBe('made');
    expect(opened.asked.filter(({ verb }) => verb === 'export')).toHaveLength(1);
    gateway.clock.advance(Date.now() - gateway.clock.nowMs() + 25 * 3_600_000);
    expect(await gateway.run('sweepOrphanBlobs')).toBe(1);
  });

  test('200: an archive that no request may carry comes in parts; what broke off is sent again, and no part is left', async () => {
    const archive = new Uint8Array(40 * MIB).map((_, index) => (index * 31 + (index >> 16)) % 251);
    const bodies: number[] = [];
    let isLost = false;
    const making = async (gateway: GatewayWithWorker, call: WorkerCall): Promise<void> => {
      const { grant } = WORKER_VERBS.export.request.parse(JSON.parse(call.body));
      const client = createGatewayClient({
        url: 'http://gateway',
        workerToken: gateway.workerToken,
        fetch: async (input, { body, ...init } = {}) => {
          bodies.push(body instanceof Blob ? body.size : 0);
          const answer = await gateway.send(new URL(new Request(input).url).pathname, { ...init, body: body ?? null });
          if (isLost || bodies.length !== 3) return answer;
          isLost = true;
          throw new TypeError('fetch failed');
        },
      });
      const { signal } = new AbortController();
      const sent = await client.uploadExport(grant, new Blob([archive]), signal);
      expect(sent).toEqual({ bytes: archive.length });
    };
    const answer = () => ({ bytes: archive.length });
    await using opened = await open({ export: answer }, making, { maxBodyBytes: 16 * MIB });
    const response = await opened.get('onnx');
    expect(response.headers.get('content-length')).toBe(String(archive.length));
    expect(sha256(await bytesOf(response))).toBe(sha256(archive));
    expect(bodies).toEqual([0, 16 * MIB, 16 * MIB, 16 * MIB, 8 * MIB, 0]);
    const keys = await opened.gateway.blobKeys();
    expect(keys.filter((key) => /^(parts|exports)/.test(key))).toHaveLength(1);
  });

  test('504: it waits for far longer than a prediction may take, then says that the export goes on', async () => {
    const waits: number[] = [];
    const making = async (_: GatewayWithWorker, { timeoutMs }: WorkerCall): Promise<void> => {
      waits.push(timeoutMs);
      throw new LevigateError('timeout', 'the worker did not answer');
    };
    await using opened = await open({}, making, { predictTimeoutMs: 1_000, exportTimeoutMs: 600_000 });
    const response = await opened.get('onnx');
    expect([response.status, response.headers.get('retry-after')]).toEqual([504, '30']);
    expect(await response.json()).toMatchObject({
      error: { code: 'timeout', message: 'the export takes longer than 600 s and is still being made: ask again' },
    });
    expect(waits.map((wait) => Math.round(wait / 1_000))).toEqual([600]);
  });

  test('413 and 409: an archive that is too large, and a grant that nobody gave', async () => {
    const answers: number[] = [];
    const making = async (gateway: GatewayWithWorker, call: WorkerCall): Promise<void> => {
      const { grant } = WORKER_VERBS.export.request.parse(JSON.parse(call.body));
      const path = `/worker/v1${grant.path}`;
      const upload = `${path}/parts/00000000-0000-4000-8000-000000000000`;
      const ask = async (to: string, token: string, init: RequestInit): Promise<void> => {
        const headers = {
          authorization: `Bearer ${gateway.workerToken}`,
          'x-export-token': token,
          'content-type': 'application/json',
        };
        answers.push((await gateway.send(to, { ...init, headers })).status);
      };
      await ask(path, grant.token, { method: 'POST', body: JSON.stringify({ bytes: 4e9 }) });
      await ask(upload, grant.token, { method: 'POST', body: JSON.stringify({ versions: ['gone'] }) });
      const stranger = 'f'.repeat(64);
      await ask(path, stranger, { method: 'POST', body: JSON.stringify({ bytes: 4 }) });
      await ask(`${upload}/0`, stranger, { method: 'PUT', body: 'bad' });
      await ask(upload, stranger, { method: 'POST', body: JSON.stringify({ versions: ['a'] }) });
    };
    await using opened = await open({ export: () => ({ bytes: 4 }) }, making);
    const response = await opened.get('onnx');
    expect(answers).toEqual([413, 409, 409, 409, 409]);
    // The worker says that it is done, and nothing arrived.
    expect(response.status).toBe(502);
    expect((await opened.gateway.blobKeys()).filter((key) => /^(parts|exports)/.test(key))).toEqual([]);
  });

  test('400: what the worker says cannot be expressed; 404 and a bare backbone', async () => {
    await using opened = await open({
      export: () => refusal(400, 'unsupported_option', 'format: it answers a number'),
    });
    expect(await (await opened.get('onnx')).json()).toMatchObject({
      error: { code: 'unsupported_option', message: 'format: it answers a number' },
    });
    expect((await opened.get('onnx', 'ft:none')).status).toBe(404);
    expect(await (await opened.get('onnx', 'all-minilm-l6-v2')).json()).toMatchObject({
      error: { code: 'model_is_backbone' },
    });
    expect((await opened.get('gguf')).status).toBe(400);
    const reader = await opened.gateway.createKey({ scopes: ['predict'] });
    expect((await opened.get('adapter', opened.model, reader)).status).toBe(403);
  });
});
