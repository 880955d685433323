import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../../src/contract/index.ts';
import { findJobArtifact } from '../../../src/store/queries/job-artifacts.ts';
import { webhookEvents } from '../../../src/store/schema.ts';
import { sha256 } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob, ROWS, toJsonl } from '../../support/training-data.ts';

const jobOf = async (gateway: GatewayWithWorker, id: string) => (await gateway.json(`/v1/fine_tuning/jobs/${id}`)).body;
const messagesOf = async (gateway: GatewayWithWorker, id: string): Promise<string[]> => {
  const { body } = await gateway.json(`/v1/fine_tuning/jobs/${id}/events?limit=100`);
  return body.data.map(({ message }: { message: string }) => message);
};
const EVENT = { level: 'info', message: 'late', type: 'message', data: null, sequence: 0 } as const;
const leaseMs = (gateway: GatewayWithWorker): number => gateway.settings.leaseDurationMs;

async function leaseJob(gateway: GatewayWithWorker) {
  const jobId = await createJob(gateway);
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was leased');
  return { jobId, worker, lease };
}

/** The lease runs out and another worker gets the job: the first token is stale. */
async function leaseJobTwice(gateway: GatewayWithWorker) {
  const first = await leaseJob(gateway);
  gateway.clock.advance(leaseMs(gateway));
  await gateway.run('sweepLeases');
  const other = await gateway.startWorker({ name: 'other' });
  const lease = await other.claim();
  if (!lease) throw new Error('nothing was leased again');
  return { ...first, other, otherLease: lease };
}

describe('heartbeat', () => {
  test('200: keeps the lease and shows progress and events to the user', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    const progress = { phase: 'training', fraction: 0.5 };
    const events = [
      { level: 'info', message: 'epoch 1', type: 'metrics', data: { train_loss: 0.25, nested: { a: [1] } } },
      { level: 'warn', message: "it's truncated: “ü”", type: 'message', data: null },
    ];
    gateway.clock.advance(leaseMs(gateway) - 1);
    const numbered = events.map((event, sequence) => ({ ...event, sequence }));
    const { status, body } = await worker.heartbeatJob(lease, { progress, events: numbered });
    expect({ status, body }).toEqual({ status: 200, body: { order: 'continue' } });
    gateway.clock.advance(leaseMs(gateway) - 1);
    expect(await gateway.run('sweepLeases')).toBe(0);
    const shown = await gateway.json(`/v1/fine_tuning/jobs/${jobId}/events?limit=2`);
    expect(shown.body.data.toReversed()).toMatchObject(events);
    const job = await jobOf(gateway, jobId);
    expect(job).toMatchObject({ status: 'running', progress });
    expect(job.estimated_finish).toBeGreaterThan(job.created_at);
  });

  test('200: a heartbeat that is repeated, with more to say by now, stores every event once and in order', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    const events = ['a', 'b', 'c', 'd'].map((message, sequence) => ({ ...EVENT, message, sequence }));
    await worker.heartbeatJob(lease, { events: events.slice(0, 2) });
    await worker.heartbeatJob(lease, { events: events.slice(0, 3) });
    await worker.upload(lease, 'adapter', 'adapter');
    await worker.complete(lease, { events: events.slice(2) });
    const told = (await messagesOf(gateway, jobId)).toReversed().filter((message) => message.length === 1);
    expect(told).toEqual(['a', 'b', 'c', 'd']);
  });

  test("200: another attempt's events are others, though they have the same numbers", async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    await worker.heartbeatJob(lease, { events: [{ ...EVENT, message: 'first attempt' }] });
    await worker.release(lease);
    const again = await worker.claim();
    if (!again) throw new Error('nothing was leased again');
    await worker.heartbeatJob(again, { events: [{ ...EVENT, message: 'second attempt' }] });
    expect(await messagesOf(gateway, jobId)).toEqual(expect.arrayContaining(['first attempt', 'second attempt']));
  });

  test('400: an event without its number', async () => {
    await using gateway = await createGatewayWithWorker();
    const { worker, lease } = await leaseJob(gateway);
    const { status } = await worker.heartbeatJob(lease, { events: [{ ...EVENT, sequence: undefined }] });
    expect(status).toBe(400);
  });

  test('200: carries a cancel and a pause to the worker', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    await gateway.json(`/v1/fine_tuning/jobs/${jobId}/pause`, { method: 'POST' });
    expect((await worker.heartbeatJob(lease)).body).toEqual({ order: 'pause' });
    await gateway.json(`/v1/fine_tuning/jobs/${jobId}/cancel`, { method: 'POST' });
    expect((await worker.heartbeatJob(lease)).body).toEqual({ order: 'cancel' });
  });
});

describe('a stale token', () => {
  test('409 lease_lost everywhere; it changes nothing and leaves no blob', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease, other, otherLease } = await leaseJobTwice(gateway);
    await other.upload(otherLease, 'adapter', 'adapter');
    const all = async () => ({
      job: await jobOf(gateway, jobId),
      messages: await messagesOf(gateway, jobId),
      blobs: await gateway.blobKeys(),
    });
    const before = await all();
    const answers = [
      await worker.heartbeatJob(lease, { events: [{ ...EVENT, message: 'late' }] }),
      await worker.upload(lease, 'adapter', 'late'),
      await worker.complete(lease),
      await worker.fail(lease),
      await worker.release(lease),
    ];
    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
      answers.map(() => [409, 'lease_lost']),
    );
    expect((await worker.download(`/jobs/${jobId}/checkpoint`, lease)).status).toBe(409);
    expect((await worker.download(`/jobs/${jobId}/files/${lease.training_file.id}`, lease)).status).toBe(409);
    expect(await all()).toEqual(before);
    expect((await other.complete(otherLease)).body).toEqual({ status: 'succeeded' });
  });

  test('409: a lease that is lost while its artifact streams in leaves no blob and does not replace the artifact', async () => {
    let written = '';
    const afterPut = async (key: string): Promise<void> => {
      if (!key.includes('checkpoint')) return;
      written = key;
      gateway.clock.advance(leaseMs(gateway));
      await gateway.run('sweepLeases');
    };
    await using gateway = await createGatewayWithWorker({ blobs: { afterPut } });
    const { jobId, worker, lease } = await leaseJob(gateway);
    expect((await worker.upload(lease, 'checkpoint', 'late')).body.error.code).toBe('lease_lost');
    expect(written).not.toBe('');
    expect(await gateway.blobKeys()).not.toContain(written);
    expect((await worker.claim())?.has_checkpoint).toBe(false);
    expect((await jobOf(gateway, jobId)).status).toBe('running');
  });
});

describe('artifacts', () => {
  test('200: answers size and hash; a newer checkpoint replaces the older one and its blob', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    const first = await worker.upload(lease, 'checkpoint', 'one');
    expect(first.body).toEqual({ bytes: 3, sha256: sha256('one') });
    const old = await findJobArtifact(gateway.db, { jobId, name: 'checkpoint' });
    await worker.upload(lease, 'checkpoint', 'two');
    expect(await gateway.blobKeys()).not.toContain(old?.blobKey);
    expect(await worker.download(`/jobs/${jobId}/checkpoint`, lease)).toEqual({ status: 200, text: 'two' });
  });

  test('200: the next attempt gets the checkpoint of the last', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    await worker.upload(lease, 'checkpoint', 'step 7');
    gateway.clock.advance(leaseMs(gateway));
    await gateway.run('sweepLeases');
    const other = await gateway.startWorker({ name: 'other' });
    const again = await other.claim();
    if (!again) throw new Error('nothing was leased');
    expect(again.has_checkpoint).toBe(true);
    expect(await other.download(`/jobs/${jobId}/checkpoint`, again)).toEqual({ status: 200, text: 'step 7' });
  });

  test("200: streams the job's files; 404: a file that is not the job's, and no checkpoint yet", async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    const stranger = await createJob(gateway);
    const { body } = await gateway.json(`/v1/fine_tuning/jobs/${stranger}`);
    expect((await worker.download(`/jobs/${jobId}/files/${lease.training_file.id}`, lease)).text).toBe(toJsonl(ROWS));
    expect((await worker.download(`/jobs/${jobId}/files/${body.training_file}`, lease)).status).toBe(404);
    expect((await worker.download(`/jobs/${jobId}/checkpoint`, lease)).status).toBe(404);
  });

  test('400: an unknown name, no lease token, no body', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    expect((await worker.upload(lease, 'weights', 'x')).status).toBe(400);
    const headers = { authorization: `Bearer ${gateway.workerToken}` };
    const path = `/worker/v1/jobs/${jobId}/artifacts/adapter`;
    expect((await gateway.json(path, { method: 'PUT', body: 'x', headers })).body.error.param).toBe('x-lease-token');
    const noBody = { method: 'PUT', headers: { ...headers, 'x-lease-token': lease.lease_token } };
    expect((await gateway.json(path, noBody)).status).toBe(400);
  });
});

describe('complete', () => {
  test('200: job, model, result file, report, last event and one webhook event are there together', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    expect((await worker.finish(lease)).body).toEqual({ status: 'succeeded' });
    const job = await jobOf(gateway, jobId);
    expect(job).toMatchObject({
      status: 'succeeded',
      error: null,
      trained_tokens: 120,
      finished_at: expect.any(Number),
      fine_tuned_model: expect.stringMatching(/^ft:all-minilm-l6-v2:proj_default::/),
    });
    const result = await gateway.json(`/v1/files/${job.result_files[0]}`);
    expect(result.body).toMatchObject({ purpose: 'fine-tune-results', filename: expect.stringMatching(/\.csv$/) });
    const csv = await gateway.request(`/v1/files/${job.result_files[0]}/content`);
    expect(await csv.text()).toBe('step,train_loss\n1,0.5\n');
    const report = await gateway.json(`/v1/fine_tuning/jobs/${jobId}/report`);
    expect(report.body).toMatchObject({ object: 'fine_tuning.report', served: 'levi+ensemble' });
    const [last, created, metrics] = (await gateway.json(`/v1/fine_tuning/jobs/${jobId}/events`)).body.data;
    expect(last.data).toEqual({ status: 'succeeded', fine_tuned_model: job.fine_tuned_model });
    expect(created.message).toContain(job.fine_tuned_model);
    expect(metrics).toMatchObject({ type: 'metrics', data: { epoch: 1, train_loss: 0.5 } });
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.succeeded']);
    expect(await gateway.countWakes()).toBe(1);
    expect((await worker.download(`/adapters/${sha256(`adapter of ${jobId}`)}`)).text).toBe(`adapter of ${jobId}`);
  });

  test('200: a repeated complete gets the same answer and writes nothing', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    await worker.finish(lease);
    const before = { job: await jobOf(gateway, jobId), messages: await messagesOf(gateway, jobId) };
    const again = await worker.complete(lease, { adapter: `adapter of ${jobId}` });
    expect(again.body).toEqual({ status: 'succeeded' });
    expect({ job: await jobOf(gateway, jobId), messages: await messagesOf(gateway, jobId) }).toEqual(before);
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.succeeded']);
  });

  test('200: completes that arrive together make one model and one event', async () => {
    await using gateway = await createGatewayWithWorker();
    const { worker, lease } = await leaseJob(gateway);
    await worker.upload(lease, 'adapter', 'adapter');
    const answers = await Promise.all(Array.from({ length: 5 }, () => worker.complete(lease)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.succeeded']);
  });

  test('200: a job that was cancelled meanwhile is cancelled, without a model', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    await worker.upload(lease, 'adapter', 'adapter');
    await gateway.json(`/v1/fine_tuning/jobs/${jobId}/cancel`, { method: 'POST' });
    expect((await worker.complete(lease)).body).toEqual({ status: 'cancelled' });
    expect(await jobOf(gateway, jobId)).toMatchObject({ status: 'cancelled', fine_tuned_model: null });
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.cancelled']);
  });

  test('400: without its adapter, or with another hash, and the job runs on', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    expect((await worker.complete(lease)).body.error.message).toContain('no adapter was uploaded');
    await worker.upload(lease, 'adapter', 'other bytes');
    expect((await worker.complete(lease)).body.error.param).toBe('adapter_sha256');
    expect((await jobOf(gateway, jobId)).status).toBe('running');
  });
});

describe('fail', () => {
  test('200: a passing error queues the job again until its attempts are used up, then it fails with that error', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    expect((await worker.fail(lease)).body).toEqual({ status: 'queued' });
    for (let attempt = 2; attempt <= LIMITS.jobAttempts; attempt += 1) {
      const next = await worker.claim();
      if (!next) throw new Error('nothing was leased');
      expect(next.attempt).toBe(attempt);
      await worker.fail(next);
    }
    expect(await worker.claim()).toBeNull();
    const job = await jobOf(gateway, jobId);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'training_failed', param: null } });
    expect(job.error.message).toBe('the device was lost (tried 5 times)');
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.failed']);
  });

  test('200: a lasting error fails the job at once; repeated, it writes nothing', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    expect((await worker.fail(lease, { retryable: false })).body).toEqual({ status: 'failed' });
    expect((await worker.fail(lease, { retryable: false })).body).toEqual({ status: 'failed' });
    expect(
      (await messagesOf(gateway, jobId)).filter((message) => message.includes('the device was lost')),
    ).toHaveLength(1);
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.failed']);
  });
});

describe('release', () => {
  test('200: a worker that shuts down costs no attempt', async () => {
    await using gateway = await createGatewayWithWorker();
    const { worker, lease } = await leaseJob(gateway);
    expect((await worker.release(lease)).body).toEqual({ status: 'queued' });
    expect((await worker.claim())?.attempt).toBe(1);
  });

  test('200: ends a job as its user ordered', async () => {
    await using gateway = await createGatewayWithWorker();
    const paused = await leaseJob(gateway);
    await gateway.json(`/v1/fine_tuning/jobs/${paused.jobId}/pause`, { method: 'POST' });
    expect((await paused.worker.release(paused.lease, 'paused')).body).toEqual({ status: 'paused' });
    const cancelled = await leaseJob(gateway);
    await gateway.json(`/v1/fine_tuning/jobs/${cancelled.jobId}/cancel`, { method: 'POST' });
    expect((await cancelled.worker.release(cancelled.lease, 'cancelled')).body).toEqual({ status: 'cancelled' });
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.cancelled']);
  });

  test('200: a pause that was taken back before the worker obeyed queues the job again', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    await gateway.json(`/v1/fine_tuning/jobs/${jobId}/pause`, { method: 'POST' });
    await gateway.json(`/v1/fine_tuning/jobs/${jobId}/resume`, { method: 'POST' });
    expect((await worker.release(lease, 'paused')).body).toEqual({ status: 'queued' });
  });
});

describe('sweep', () => {
  test('a lease that ran out queues the job again', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId } = await leaseJob(gateway);
    gateway.clock.advance(leaseMs(gateway) - 1);
    expect(await gateway.run('sweepLeases')).toBe(0);
    gateway.clock.advance(1);
    expect(await gateway.run('sweepLeases')).toBe(1);
    expect((await jobOf(gateway, jobId)).status).toBe('queued');
  });

  test('a job whose workers die again and again fails readably, once, however many gateways sweep', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker } = await leaseJob(gateway);
    for (let attempt = 1; attempt <= LIMITS.jobAttempts; attempt += 1) {
      gateway.clock.advance(leaseMs(gateway));
      await Promise.all([gateway.run('sweepLeases'), gateway.run('sweepLeases'), gateway.run('sweepLeases')]);
      await worker.claim();
    }
    expect(await jobOf(gateway, jobId)).toMatchObject({ status: 'failed', error: { code: 'attempts_exhausted' } });
    expect((await messagesOf(gateway, jobId)).filter((message) => message.startsWith('The job failed'))).toHaveLength(
      1,
    );
    expect(await webhookTypes(gateway)).toEqual(['fine_tuning.job.failed']);
  });

  test('a cancel that no worker lived to obey is obeyed by the sweep', async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId } = await leaseJob(gateway);
    await gateway.json(`/v1/fine_tuning/jobs/${jobId}/cancel`, { method: 'POST' });
    gateway.clock.advance(leaseMs(gateway));
    await gateway.run('sweepLeases');
    expect((await jobOf(gateway, jobId)).status).toBe('cancelled');
  });
});

describe('register', () => {
  test("200: a worker that replaces its name gets the former one's job back at once", async () => {
    await using gateway = await createGatewayWithWorker();
    const { jobId, worker, lease } = await leaseJob(gateway);
    const next = await gateway.startWorker({ replacesName: true });
    expect((await next.claim())?.job_id).toBe(jobId);
    expect((await worker.heartbeatJob(lease)).body.error.code).toBe('lease_lost');
    expect((await worker.heartbeat()).status).toBe(404);
    expect((await next.heartbeat()).status).toBe(204);
  });

  test('200: without replaces_name the other worker keeps its job', async () => {
    await using gateway = await createGatewayWithWorker();
    const { worker, lease } = await leaseJob(gateway);
    await gateway.startWorker();
    expect((await worker.heartbeatJob(lease)).status).toBe(200);
  });
});

async function webhookTypes(gateway: GatewayWithWorker): Promise<string[]> {
  const rows = await gateway.db.select().from(webhookEvents);
  return rows.map(({ type }) => type);
}
