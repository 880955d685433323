import { expect, test } from 'vitest';
import { deleteFileRow } from '../../../src/store/queries/files.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { ROWS, createJob, toJsonl, uploadFile } from '../../support/training-data.ts';
import { sha256 } from '../../support/fake-worker.ts';

test('200: the lease tells all that the worker needs, and the job runs', async () => {
  await using gateway = await createGatewayWithWorker();
  const shift = await uploadFile(gateway);
  const levi = { method: 'auto', shift_files: [{ name: 'chat', file: shift }] };
  const validation_file = await uploadFile(gateway);
  const jobId = await createJob(gateway, { levi, validation_file, seed: 5, hyperparameters: { n_epochs: 2 } });
  const worker = await gateway.startWorker();
  const content = toJsonl(ROWS);
  expect(await worker.claim()).toEqual({
    job_id: jobId,
    lease_token: expect.any(String),
    lease_duration_ms: gateway.settings.leaseDurationMs,
    attempt: 1,
    project_id: gateway.projectId,
    cache_salt: expect.any(String),
    backbone: 'all-minilm-l6-v2',
    seed: 5,
    hyperparameters: { n_epochs: 2 },
    levi,
    training_file: { id: expect.any(String), sha256: sha256(content), bytes: content.length },
    validation_file: expect.objectContaining({ id: validation_file }),
    shift_files: [expect.objectContaining({ id: shift, name: 'chat' })],
    has_checkpoint: false,
  });
  const { body } = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`);
  expect(body.status).toBe('running');
});

test('200: the oldest job goes first; 204: nothing is queued', async () => {
  await using gateway = await createGatewayWithWorker();
  const jobs = [await createJob(gateway), await createJob(gateway)];
  const worker = await gateway.startWorker();
  expect((await worker.claim())?.job_id).toBe(jobs[0]);
  expect((await worker.claim())?.job_id).toBe(jobs[1]);
  expect(await worker.claim()).toBeNull();
});

test('200: a job whose file is gone fails readably and the next one is leased', async () => {
  await using gateway = await createGatewayWithWorker();
  const training_file = await uploadFile(gateway);
  const broken = await createJob(gateway, { training_file });
  const sound = await createJob(gateway);
  await deleteFileRow(gateway.db, { id: training_file, projectId: gateway.projectId });
  const worker = await gateway.startWorker();
  expect((await worker.claim())?.job_id).toBe(sound);
  const { body } = await gateway.json(`/v1/fine_tuning/jobs/${broken}`);
  expect(body).toMatchObject({ status: 'failed', error: { code: 'file_not_found', param: 'training_file' } });
  expect(await gateway.countWakes()).toBe(1);
});

test('404: a worker that is not known is told to register again', async () => {
  await using gateway = await createGatewayWithWorker();
  const headers = { authorization: `Bearer ${gateway.workerToken}` };
  const json = { worker_id: 'wrk_none' };
  const { status, body } = await gateway.json('/worker/v1/jobs/claim', { method: 'POST', json, headers });
  expect(status).toBe(404);
  expect(body.error.message).toContain('register again');
});
