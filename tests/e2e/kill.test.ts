import { describe, expect, it } from 'vitest';
import type { Job, Levigate } from '../../src/sdk/index.ts';
import { startWebhookReceiver } from '../../src/cli/webhook-receiver.ts';
import { manyTickets, toJsonl } from '../support/example-texts.ts';
import { createDataFolder, isBuilt, startLevigate } from '../support/levigate-process.ts';

/** Short leases, so that a dead worker is noticed within the test's time. */
const ENV = { LEVIGATE_LEASE_MS: '3000' };

async function startJob(client: Levigate): Promise<Job> {
  const file = await client.files.create({
    file: toJsonl(manyTickets(1_000)),
    filename: 'train.jsonl',
    purpose: 'fine-tune',
  });
  return client.jobs.create({ model: 'all-minilm-l6-v2', training_file: file.id, seed: 1 });
}

/** Resolves when the job is in the phase, however far. */
async function untilPhase(client: Levigate, jobId: string, phase: string): Promise<void> {
  const leave = new AbortController();
  await client.jobs
    .wait(jobId, {
      pollIntervalMs: 25,
      signal: leave.signal,
      onProgress: (job) => {
        if (job.progress?.phase === phase) leave.abort(new Error('reached'));
      },
    })
    .catch((error: unknown) => {
      if (!leave.signal.aborted) throw error;
    });
  if (!leave.signal.aborted) throw new Error(`the job ended without being seen in phase ${phase}`);
}

async function expectOneResult(client: Levigate, jobId: string): Promise<void> {
  const job = await client.jobs.wait(jobId);
  const statuses: unknown[] = [];
  for await (const { data } of client.jobs.events(jobId)) {
    if (data !== null && 'status' in data) statuses.push(data['status']);
  }
  // One attempt died, one finished, and the end was told once.
  expect(statuses).toEqual(['validating_files', 'queued', 'running', 'queued', 'running', 'succeeded']);
  // One model, and below it those of its last epochs.
  const models = await client.models.list();
  const ofJobs = models.filter(({ parent, root }) => parent !== null && parent === root);
  expect(ofJobs.map(({ id }) => id)).toEqual([job.fine_tuned_model]);
  const checkpoints = models.filter(({ parent, root }) => parent !== null && parent !== root);
  expect(new Set(checkpoints.map(({ parent }) => parent))).toEqual(new Set([job.fine_tuned_model]));
  const { data } = await client.predict({ model: job.fine_tuned_model ?? '', input: 'I was charged twice this month' });
  expect(data[0]?.labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 4);
}

describe.skipIf(!isBuilt() || process.platform !== 'linux')('kill -9', () => {
  it.each(['extracting_features', 'training'])('on the worker while %s: the job finishes once', async (phase) => {
    await using data = await createDataFolder();
    await using levigate = await startLevigate(data.path, ENV);
    await using receiver = await startWebhookReceiver();
    const endpoint = await levigate.client.webhookEndpoints.create({ url: receiver.url });
    receiver.secret = endpoint.signing_secret;
    const job = await startJob(levigate.client);
    await untilPhase(levigate.client, job.id, phase);
    await levigate.killWorker();
    await expectOneResult(levigate.client, job.id);
    expect((await receiver.received).data.id).toBe(job.id);
    const deliveries = await levigate.client.webhookEndpoints.deliveries(endpoint.id);
    expect(deliveries.data.map(({ event_type: type }) => type)).toEqual(['fine_tuning.job.succeeded']);
  });

  it('on the gateway during training: after a new start the job finishes once', async () => {
    await using data = await createDataFolder();
    const first = await startLevigate(data.path, ENV);
    const job = await startJob(first.client);
    await untilPhase(first.client, job.id, 'training');
    await first.killGateway();
    await using second = await startLevigate(data.path, ENV);
    await expectOneResult(second.client, job.id);
  });

  it('on gateway and worker with jobs waiting: every accepted job finishes', async () => {
    await using data = await createDataFolder();
    const first = await startLevigate(data.path, ENV);
    const jobs = [await startJob(first.client), await startJob(first.client)];
    await first.killWorker();
    await first.killGateway();
    await using second = await startLevigate(data.path, ENV);
    for (const { id } of jobs) expect((await second.client.jobs.wait(id)).status).toBe('succeeded');
  });
});
