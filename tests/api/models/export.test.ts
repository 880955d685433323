import { unpackTar } from 'modern-tar';
import { describe, expect, test } from 'vitest';
import { WORKER_VERBS } from '../../../src/contract/index.ts';
import type { WorkerCall } from '../../../src/services/ports.ts';
import { createJob } from '../../support/training-data.ts';
import { sha256 } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createScriptedWorkers, refusal } from '../../support/scripted-worker.ts';
import { writeSmallAdapter } from '../../support/small-adapter.ts';

const ADAPTER = writeSmallAdapter(['billing', 'bug']);

/** @param atFirst what a worker does before it answers */
async function open(
  script: Parameters<typeof createScriptedWorkers>[0] = {},
  atFirst: (gateway: GatewayWithWorker, call: WorkerCall) => Promise<void> = async () => {},
) {
  const { workers: scripted, asked } = createScriptedWorkers(script);
  const workers = {
    post: async (call: WorkerCall) => {
      await atFirst(gateway, call);
      return scripted.post(call);
    },
  };
  const gateway: GatewayWithWorker = await createGatewayWithWorker({ services: { workers } });
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

const importInto = ({ gateway }: Awaited<ReturnType<typeof open>>, body: Uint8Array<ArrayBuffer>, query = '') =>
  gateway.request(`/v1/models/import${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar' },
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
    const answer = await importInto(to, archive, '?suffix=copy');
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
    await using opened = await open({ export: () => ({ bytes: 4, sha256: sha256('made') }) }, making);
    const { gateway } = opened;
    expect(await (await opened.get('onnx')).text()).toBe('made');
    expect(await (await opened.get('onnx')).text()).toBe('made');
    expect(opened.asked.filter(({ verb }) => verb === 'export')).toHaveLength(1);
    gateway.clock.advance(Date.now() - gateway.clock.nowMs() + 25 * 3_600_000);
    expect(await gateway.run('sweepOrphanBlobs')).toBe(1);
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
