import { expect, test } from 'vitest';
import { Job } from '../../../src/contract/index.ts';
import { tensor, writeSafetensors } from '../../../src/engine/index.ts';
import { sha256 } from '../../support/fake-worker.ts';
import type { FakeWorker } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob, uploadFile } from '../../support/training-data.ts';

const JOBS = '/v1/fine_tuning/jobs';

const adapterOf = (threads: number, weight: number): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    writeSafetensors(
      { weight: tensor(Float32Array.of(weight), [1]) },
      { levigate: JSON.stringify({ provenance: { threads } }) },
    ),
  );

async function claim(worker: FakeWorker) {
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was queued');
  return lease;
}

/** A job that succeeded with this adapter. */
async function train(
  gateway: GatewayWithWorker,
  adapter = adapterOf(2, 1),
  fields: Readonly<Record<string, unknown>> = {},
) {
  const worker = await gateway.startWorker();
  const id = await createJob(gateway, fields);
  await worker.finish(await claim(worker), adapter);
  return { id, worker };
}

const verify = (gateway: GatewayWithWorker, id: string, headers: Readonly<Record<string, string>> = {}) =>
  gateway.json(`${JOBS}/${id}/verify`, { method: 'POST', headers });

const jobOf = async (gateway: GatewayWithWorker, id: string): Promise<Job> =>
  Job.parse((await gateway.json(`${JOBS}/${id}`)).body);

test('200: makes a job of the same files, options and seed that is told to be a verification', async () => {
  await using gateway = await createGatewayWithWorker();
  const file = await uploadFile(gateway);
  const { id } = await train(gateway, undefined, {
    seed: 11,
    suffix: 'tickets',
    hyperparameters: { n_epochs: 3 },
    levi: { width: 16, seeds: 3, baselines: 'all', shift_files: [{ name: 'chat', file }] },
  });
  const { status, body } = await verify(gateway, id);
  expect(status).toBe(200);
  const first = await jobOf(gateway, id);
  expect(first).toMatchObject({ verifies: null, verification: null });
  const again = Job.parse(body);
  expect(again).toMatchObject({ status: 'queued', verifies: id, verification: null, seed: 11, model: first.model });
  expect(again.training_file).toBe(first.training_file);
  expect(again.hyperparameters).toEqual(first.hyperparameters);
  // The rest is for the report alone and leaves no trace in the adapter.
  expect(again.levi).toEqual({ width: 16 });
  const listed = (await gateway.json(JOBS)).body.data;
  expect(listed.map((job: Job) => [job.id, job.verifies])).toEqual([
    [again.id, id],
    [id, null],
  ]);
});

test('the same bytes: it says so, makes no model and no result file', async () => {
  await using gateway = await createGatewayWithWorker();
  const adapter = adapterOf(2, 1);
  const { id, worker } = await train(gateway, adapter);
  const { body } = await verify(gateway, id);
  const lease = await claim(worker);
  expect(lease.job_id).toBe(body.id);
  expect((await worker.finish(lease, adapter)).body).toEqual({ status: 'succeeded' });
  // A repeated complete changes nothing.
  expect((await worker.complete(lease, { adapter })).body).toEqual({ status: 'succeeded' });
  const job = await jobOf(gateway, body.id);
  const hash = sha256(adapter);
  expect(job).toMatchObject({ status: 'succeeded', fine_tuned_model: null, result_files: [], trained_tokens: 120 });
  expect(job.verification).toEqual({
    matches: true,
    expected_sha256: hash,
    found_sha256: hash,
    differences: [],
    message: `The adapter of ${id} was made again, byte for byte (sha256 ${hash})`,
  });
  const models = (await gateway.json('/v1/models')).body.data;
  expect(models.filter(({ parent }: { parent: string | null }) => parent !== null)).toHaveLength(1);
  const [last] = (await gateway.json(`${JOBS}/${body.id}/events?limit=1`)).body.data;
  expect(last).toMatchObject({ level: 'info', data: { status: 'succeeded', verifies: id, matches: true } });
});

test('other bytes: it succeeds, says that they differ, and where', async () => {
  await using gateway = await createGatewayWithWorker();
  const { id, worker } = await train(gateway, adapterOf(2, 1));
  const { body } = await verify(gateway, id);
  await worker.finish(await claim(worker), adapterOf(4, 1.5));
  const { status, verification } = await jobOf(gateway, body.id);
  expect(status).toBe('succeeded');
  expect(verification).toMatchObject({
    matches: false,
    expected_sha256: sha256(adapterOf(2, 1)),
    found_sha256: sha256(adapterOf(4, 1.5)),
    differences: [
      { part: 'manifest', name: 'provenance.threads', expected: '2', found: '4' },
      { part: 'tensor', name: 'weight', largest_difference: 0.5 },
    ],
    message: `The adapter differs from that of ${id}: provenance.threads is 4 instead of 2; the numbers of 1 tensor`,
  });
  const [last] = (await gateway.json(`${JOBS}/${body.id}/events?limit=1`)).body.data;
  expect(last).toMatchObject({ level: 'warn', data: { matches: false } });
});

test('only the numbers differ: it says that no setting explains it', async () => {
  await using gateway = await createGatewayWithWorker();
  const { id, worker } = await train(gateway, adapterOf(2, 1));
  const { body } = await verify(gateway, id);
  await worker.finish(await claim(worker), adapterOf(2, 1.5));
  expect((await jobOf(gateway, body.id)).verification?.message).toContain('every key of the manifest is the same');
});

test('a model that was deleted is compared by its hash', async () => {
  await using gateway = await createGatewayWithWorker();
  const adapter = adapterOf(2, 1);
  const { id, worker } = await train(gateway, adapter);
  const { fine_tuned_model } = await jobOf(gateway, id);
  await gateway.json(`/v1/models/${encodeURIComponent(fine_tuned_model ?? '')}`, { method: 'DELETE' });
  const same = (await verify(gateway, id)).body.id;
  await worker.finish(await claim(worker), adapter);
  expect((await jobOf(gateway, same)).verification).toMatchObject({ matches: true });
  const other = (await verify(gateway, id)).body.id;
  await worker.finish(await claim(worker), adapterOf(4, 1));
  expect((await jobOf(gateway, other)).verification).toMatchObject({
    matches: false,
    differences: [],
    message: expect.stringContaining('the model was deleted'),
  });
});

test('bytes that are no adapter differ without an error', async () => {
  await using gateway = await createGatewayWithWorker();
  const { id, worker } = await train(gateway);
  const { body } = await verify(gateway, id);
  await worker.finish(await claim(worker), Uint8Array.of(1, 2, 3));
  expect((await jobOf(gateway, body.id)).verification).toMatchObject({
    matches: false,
    message: expect.stringContaining('cannot be read as an adapter'),
  });
});

test('a retry with the same idempotency key gets the first verification; another call makes another', async () => {
  await using gateway = await createGatewayWithWorker();
  const { id } = await train(gateway);
  const key = { 'idempotency-key': 'verify once' };
  const first = (await verify(gateway, id, key)).body.id;
  expect((await verify(gateway, id, key)).body.id).toBe(first);
  expect((await verify(gateway, id)).body.id).not.toBe(first);
  expect(first).not.toBe(id);
});

test('403: the key lacks jobs:write', async () => {
  await using gateway = await createGatewayWithWorker();
  const { id } = await train(gateway);
  const secret = await gateway.createKey({ scopes: ['jobs:read'] });
  expect((await gateway.json(`${JOBS}/${id}/verify`, { method: 'POST', secret })).status).toBe(403);
});

test('404: a file of the job was deleted, and the answer says which', async () => {
  await using gateway = await createGatewayWithWorker();
  const validation_file = await uploadFile(gateway);
  const { id } = await train(gateway, undefined, { validation_file });
  await gateway.json(`/v1/files/${validation_file}`, { method: 'DELETE' });
  const { status, body } = await verify(gateway, id);
  expect({ status, ...body.error }).toMatchObject({ status: 404, code: 'file_not_found', param: 'validation_file' });
  expect(body.error.message).toContain(`${validation_file} was deleted`);
});

test('400, 409: what has no adapter cannot be verified, nor can a verification', async () => {
  await using gateway = await createGatewayWithWorker();
  const queued = await createJob(gateway);
  const early = await verify(gateway, queued);
  expect({ status: early.status, code: early.body.error.code }).toEqual({ status: 409, code: 'job_not_succeeded' });
  const worker = await gateway.startWorker();
  await worker.finish(await claim(worker));
  const verification = (await verify(gateway, queued)).body.id;
  const nested = await verify(gateway, verification);
  expect({ status: nested.status, code: nested.body.error.code }).toEqual({ status: 400, code: 'unsupported_option' });
  expect(nested.body.error.message).toContain(`verify ${queued} again`);
});
