import { describe, expect, test, vi } from 'vitest';
import type { Job, Levigate } from '../../src/sdk/index.ts';
import { manyTickets, readTickets, toJsonl } from '../support/example-texts.ts';
import { listAliveWorkers } from '../../src/services/workers/list-alive.ts';
import { isBackboneCached, serveGateway } from './support/worker-process.ts';
import type { ServedGateway } from './support/worker-process.ts';

const canRun = isBackboneCached() && process.platform === 'linux';
const title = canRun
  ? 'a worker process'
  : 'a worker process (skipped: the default backbone was never prepared here; run npm run quickstart once)';
const LIMIT = { timeout: 240_000 };

async function startJob(client: Levigate, rows: number): Promise<Job> {
  const content = toJsonl(manyTickets(rows));
  const file = await client.files.create({ file: content, filename: 'train.jsonl', purpose: 'fine-tune' });
  return client.jobs.create({ model: 'all-minilm-l6-v2', training_file: file.id, seed: 1 });
}

async function untilPhase({ client }: ServedGateway, jobId: string, phase: string): Promise<void> {
  const isThere = async () => (await client.jobs.retrieve(jobId)).progress?.phase === phase;
  await vi.waitUntil(isThere, { timeout: 120_000, interval: 20 });
}

/** So far: the SDK's iterator would wait for the job's end. */
/** All of them: training with many epochs has more events than one page holds. */
async function messagesOf({ gateway }: ServedGateway, jobId: string): Promise<string[]> {
  const messages: string[] = [];
  for (let after = ''; ;) {
    const { body } = await gateway.json(`/v1/fine_tuning/jobs/${jobId}/events?limit=100${after}`);
    messages.push(...body.data.map(({ message }: { message: string }) => message));
    if (body.has_more !== true) return messages;
    after = `&after=${body.data.at(-1).id}`;
  }
}

describe.skipIf(!canRun)(title, () => {
  test('trains on real features, serves the adapter, and answers a repeated input from its cache', LIMIT, async () => {
    await using served = await serveGateway();
    await using _worker = await served.startWorker();
    const { client } = served;
    const job = await client.jobs.wait((await startJob(client, 200)).id);
    expect(job.trained_tokens).toBeGreaterThan(1_000);
    const model = job.fine_tuned_model ?? '';
    const tickets = readTickets('email').slice(0, 60);
    const ask = () => client.predict({ model, input: tickets.map(({ text }) => text), views: true });
    const first = await ask();
    const right = first.data.filter(({ label }, index) => label === tickets[index]?.label).length;
    expect(right / tickets.length).toBeGreaterThan(0.6);
    const again = await ask();
    expect(again.data).toEqual(first.data);
    expect(again.usage.cached_inputs).toBe(tickets.length);
  });

  test('trains a job again to the same bytes, and says what is not the same with other threads', LIMIT, async () => {
    await using served = await serveGateway();
    const { client } = served;
    const worker = await served.startWorker({ LEVIGATE_THREADS: '1' });
    const { id } = await client.jobs.wait((await startJob(client, 120)).id);
    const again = await client.jobs.wait((await client.jobs.verify(id)).id);
    expect(again).toMatchObject({ verifies: id, fine_tuned_model: null, verification: { matches: true } });
    await worker[Symbol.asyncDispose]();
    await using _other = await served.startWorker({ LEVIGATE_THREADS: '2' });
    const { verification } = await client.jobs.wait((await client.jobs.verify(id)).id);
    expect(verification).toMatchObject({ matches: false });
    expect(verification?.differences[0]).toMatchObject({ name: 'provenance.threads', expected: '1', found: '2' });
  });

  test('answers predictions while it trains', LIMIT, async () => {
    await using served = await serveGateway();
    await using _worker = await served.startWorker();
    const { client } = served;
    const { fine_tuned_model: model } = await client.jobs.wait((await startJob(client, 120)).id);
    const second = await startJob(client, 1_500);
    await untilPhase(served, second.id, 'training');
    const answer = await client.predict({ model: model ?? '', input: `never seen before ${Date.now()}` });
    expect(answer.usage.cached_inputs).toBe(0);
    expect(await served.status(second.id)).toBe('running');
  });

  test('killed in training, a new process of its name resumes and the job succeeds once', LIMIT, async () => {
    await using served = await serveGateway();
    const { client } = served;
    const first = await served.startWorker();
    const job = await startJob(client, 1_000);
    await untilPhase(served, job.id, 'training');
    first.kill('SIGKILL');
    await first.exited;
    await using _second = await served.startWorker();
    expect((await client.jobs.wait(job.id)).status).toBe('succeeded');
    const messages = await messagesOf(served, job.id);
    expect(messages.filter((text) => text.startsWith('New fine-tuned model created'))).toHaveLength(1);
    expect(messages.some((text) => text.includes('resumed (attempt 2)'))).toBe(true);
  });

  test('its device killed in training costs an attempt, not the job, and predictions go on', LIMIT, async () => {
    await using served = await serveGateway();
    await using worker = await served.startWorker();
    const { client } = served;
    const job = await startJob(client, 1_000);
    await untilPhase(served, job.id, 'training');
    process.kill(await worker.devicePid(), 'SIGKILL');
    const done = await client.jobs.wait(job.id);
    expect(done.status).toBe('succeeded');
    const answer = await client.predict({ model: done.fine_tuned_model ?? '', input: 'where is my invoice' });
    expect(answer.data).toHaveLength(1);
  });

  test('SIGTERM gives the job back to the queue at no cost and ends the process', LIMIT, async () => {
    await using served = await serveGateway();
    const worker = await served.startWorker();
    const job = await startJob(served.client, 1_000);
    await untilPhase(served, job.id, 'training');
    worker.kill('SIGTERM');
    expect(await worker.exited).toBe(0);
    expect(await served.status(job.id)).toBe('queued');
    const messages = await messagesOf(served, job.id);
    expect(messages.some((text) => text.includes('The worker shut down'))).toBe(true);
  });

  test(
    'ends by itself when nothing was asked of it for as long as is set, and the gateway knows it at once',
    LIMIT,
    async () => {
      await using served = await serveGateway();
      const worker = await served.startWorker({ LEVIGATE_IDLE_EXIT_S: '10' });
      expect(await worker.exited).toBe(0);
      expect(await listAliveWorkers(served.gateway.services)).toEqual([]);
    },
  );

  test('a gateway that is away in training and back again costs nothing', LIMIT, async () => {
    await using served = await serveGateway();
    await using _worker = await served.startWorker();
    const job = await startJob(served.client, 400);
    await untilPhase(served, job.id, 'training');
    await served.interrupt(4);
    expect((await served.client.jobs.wait(job.id)).status).toBe('succeeded');
    const messages = await messagesOf(served, job.id);
    expect(messages.filter((text) => text === 'Fine-tuning job started')).toHaveLength(1);
    expect(messages.some((text) => text.includes('resumed'))).toBe(false);
  });

  test('a job cancelled in training stops within seconds', LIMIT, async () => {
    await using served = await serveGateway();
    await using _worker = await served.startWorker();
    const job = await startJob(served.client, 1_500);
    await untilPhase(served, job.id, 'training');
    await served.client.jobs.cancel(job.id);
    await vi.waitUntil(async () => (await served.status(job.id)) === 'cancelled', { timeout: 15_000, interval: 50 });
  });
});
