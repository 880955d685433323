import { describe, expect, test } from 'vitest';
import type { LeasedJob } from '../../../../src/contract/index.ts';
import { sweepLeases } from '../../../../src/services/leases/sweep.ts';
import { jobEvents, models, webhookEvents } from '../../../../src/store/schema.ts';
import type { FakeWorker } from '../../../support/fake-worker.ts';
import { createNodeGatewayWithWorker } from '../../../support/gateway-with-worker.ts';
import type { NodeGatewayWithWorker } from '../../../support/gateway-with-worker.ts';
import { createJob } from '../../../support/training-data.ts';

type Step = readonly [name: string, run: (worker: FakeWorker, lease: LeasedJob) => Promise<unknown>];

const STEPS: readonly Step[] = [
  ['a heartbeat', (worker, lease) => worker.heartbeatJob(lease)],
  ['a checkpoint', (worker, lease) => worker.upload(lease, 'checkpoint', 'step 1')],
  ['a newer checkpoint', (worker, lease) => worker.upload(lease, 'checkpoint', 'step 2')],
  ['the adapter', (worker, lease) => worker.upload(lease, 'adapter', 'of a dead attempt')],
  ['the report', (worker, lease) => worker.upload(lease, 'report', '{}')],
  ['the result', (worker, lease) => worker.upload(lease, 'result', 'step\n')],
  ['its completion', (worker, lease) => worker.complete(lease, { adapter: 'of a dead attempt' })],
];

async function claim(worker: FakeWorker): Promise<LeasedJob> {
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was leased');
  return lease;
}

/** Lets the lease run out and another worker finish whatever is left to do. */
async function recover(gateway: NodeGatewayWithWorker): Promise<void> {
  gateway.clock.advance(gateway.services.settings.leaseDurationMs);
  await sweepLeases(gateway.services);
  const worker = await gateway.startWorker({ name: 'second' });
  const lease = await worker.claim();
  if (lease) expect((await worker.finish(lease)).body).toEqual({ status: 'succeeded' });
}

async function expectOneSuccess(gateway: NodeGatewayWithWorker, jobId: string): Promise<void> {
  const { db } = gateway.services;
  const { body } = await gateway.json(`/v1/fine_tuning/jobs/${jobId}`);
  expect(body.status).toBe('succeeded');
  expect((await db.select().from(models)).map(({ id }) => id)).toEqual([body.fine_tuned_model]);
  expect((await db.select().from(webhookEvents)).map(({ type }) => type)).toEqual(['fine_tuning.job.succeeded']);
  const ends = (await db.select().from(jobEvents)).filter(({ data }) => data?.['status'] === 'succeeded');
  expect(ends).toHaveLength(1);
}

describe('a worker killed after', () => {
  const moments = STEPS.map(([name], index) => [name, index + 1] as const);

  test.each([['its claim', 0] as const, ...moments])('%s leaves a job that succeeds once', async (_, steps) => {
    await using gateway = await createNodeGatewayWithWorker();
    const jobId = await createJob(gateway);
    const worker = await gateway.startWorker();
    const lease = await claim(worker);
    for (const [, run] of STEPS.slice(0, steps)) await run(worker, lease);
    await recover(gateway);
    await expectOneSuccess(gateway, jobId);
  });
});

describe('a gateway killed', () => {
  test.each(['checkpoint', 'adapter'] as const)(
    'after it stored the blob of a %s, before it noted it',
    async (name) => {
      await using gateway = await createNodeGatewayWithWorker();
      const jobId = await createJob(gateway);
      const worker = await gateway.startWorker();
      const lease = await claim(worker);
      const { blobs } = gateway.services;
      const put = blobs.put.bind(blobs);
      Object.assign(blobs, {
        put: async (...args: Parameters<typeof put>) => {
          await put(...args);
          throw new Error('killed');
        },
      });
      expect((await worker.upload(lease, name, 'half')).status).toBe(500);
      Object.assign(blobs, { put });
      await recover(gateway);
      await expectOneSuccess(gateway, jobId);
    },
  );

  test('after it noted a new checkpoint, before it removed the old: the new one is there', async () => {
    await using gateway = await createNodeGatewayWithWorker();
    const jobId = await createJob(gateway);
    const worker = await gateway.startWorker();
    const lease = await claim(worker);
    await worker.upload(lease, 'checkpoint', 'old');
    const { blobs } = gateway.services;
    const remove = blobs.delete.bind(blobs);
    Object.assign(blobs, { delete: () => Promise.reject(new Error('killed')) });
    expect((await worker.upload(lease, 'checkpoint', 'new')).status).toBe(500);
    Object.assign(blobs, { delete: remove });
    expect((await worker.download(`/jobs/${jobId}/checkpoint`, lease)).text).toBe('new');
    await recover(gateway);
    await expectOneSuccess(gateway, jobId);
  });

  test("after the completion was written, before it answered: the worker's retry gets the answer", async () => {
    await using gateway = await createNodeGatewayWithWorker();
    const jobId = await createJob(gateway);
    const worker = await gateway.startWorker();
    const lease = await claim(worker);
    await worker.upload(lease, 'checkpoint', 'step 1');
    await worker.upload(lease, 'adapter', 'adapter');
    Object.assign(gateway.services, {
      wakeOutbox: () => {
        throw new Error('killed');
      },
    });
    expect((await worker.complete(lease)).status).toBe(500);
    expect((await worker.complete(lease)).body).toEqual({ status: 'succeeded' });
    await expectOneSuccess(gateway, jobId);
  });
});
