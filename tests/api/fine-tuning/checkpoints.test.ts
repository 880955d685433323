import { expect, test } from 'vitest';
import { sha256 } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob } from '../../support/training-data.ts';

const metrics = (step: number) => ({
  step,
  train_loss: 0.5,
  train_mean_token_accuracy: 0.75,
  valid_loss: 0.4,
  valid_mean_token_accuracy: null,
});

/** A job that succeeded with two earlier epochs. */
async function open() {
  const gateway = await createGatewayWithWorker();
  const jobId = await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was queued');
  const adapters = { epoch_1: 'after one', epoch_2: 'after two', adapter: 'after three' } as const;
  const names = ['epoch_1', 'epoch_2', 'adapter'] as const;
  for (const name of names) await worker.upload(lease, name, adapters[name]);
  const checkpoints = names.map((artifact, at) => {
    const step = (at + 1) * 10;
    return { artifact, sha256: sha256(adapters[artifact]), step, metrics: metrics(step) };
  });
  const completed = await worker.complete(lease, { adapter: adapters.adapter, checkpoints });
  if (completed.status !== 200) throw new Error(JSON.stringify(completed.body));
  const { body: job } = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`);
  return {
    ...gateway,
    jobId,
    worker,
    model: job.fine_tuned_model as string,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

test('200: the model after each of its last epochs, last first, over pages', async () => {
  await using gateway = await open();
  const path = `/v1/fine_tuning/jobs/${gateway.jobId}/checkpoints`;
  const first = await gateway.json(`${path}?limit=2`);
  expect(first.body).toMatchObject({ object: 'list', has_more: true });
  expect(first.body.data[0]).toEqual({
    id: expect.stringMatching(/^ftckpt_/),
    object: 'fine_tuning.job.checkpoint',
    created_at: expect.any(Number),
    fine_tuned_model_checkpoint: `${gateway.model}:ckpt-step-30`,
    fine_tuning_job_id: gateway.jobId,
    step_number: 30,
    metrics: metrics(30),
  });
  const second = await gateway.json(`${path}?after=${first.body.last_id}`);
  expect(second.body.data.map(({ step_number }: { step_number: number }) => step_number)).toEqual([10]);
});

test('each is a model: listed below its own, described, downloaded by workers, deleted alone', async () => {
  await using gateway = await open();
  const checkpoint = `${gateway.model}:ckpt-step-10`;
  const { body } = await gateway.json(`/v1/models/${encodeURIComponent(checkpoint)}`);
  expect(body).toMatchObject({ id: checkpoint, root: 'all-minilm-l6-v2', parent: gateway.model });
  const listed = await gateway.json('/v1/models');
  expect(listed.body.data.map(({ id }: { id: string }) => id)).toEqual(
    expect.arrayContaining([gateway.model, checkpoint]),
  );
  expect((await gateway.worker.download(`/adapters/${sha256('after one')}`)).text).toBe('after one');
  // The last checkpoint is the same adapter as the model, and deleting one leaves the other.
  const last = await gateway.json(`/v1/models/${gateway.model}:ckpt-step-30`, { method: 'DELETE' });
  expect(last.status).toBe(200);
  expect((await gateway.worker.download(`/adapters/${sha256('after three')}`)).text).toBe('after three');
  expect((await gateway.json(`/v1/models/${checkpoint}`, { method: 'DELETE' })).status).toBe(200);
  expect((await gateway.worker.download(`/adapters/${sha256('after one')}`)).status).toBe(404);
});

test('400: a checkpoint whose adapter was not uploaded completes nothing', async () => {
  await using gateway = await createGatewayWithWorker();
  await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was queued');
  await worker.upload(lease, 'adapter', 'a');
  const checkpoints = [{ artifact: 'epoch_1' as const, sha256: sha256('none'), step: 1, metrics: metrics(1) }];
  const { status, body } = await worker.complete(lease, { adapter: 'a', checkpoints });
  expect(status).toBe(400);
  expect(body.error.message).toContain('no epoch_1 was uploaded');
});
