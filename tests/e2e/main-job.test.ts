import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import OpenAI, { toFile } from 'openai';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FineTuningReport, PredictResponse } from '../../src/sdk/index.ts';
import { readTickets, toJsonl } from '../support/example-texts.ts';
import { createDataFolder, isBuilt, startLevigate } from '../support/levigate-process.ts';
import type { DataFolder, LevigateProcess } from '../support/levigate-process.ts';

interface Delivery {
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** Keeps what it is sent, untouched. */
async function startSink() {
  const { promise, resolve } = Promise.withResolvers<Delivery>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(200).end();
      const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
      resolve({ headers, body: Buffer.concat(chunks).toString('utf8') });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server listening on TCP has an address of this form.
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received: promise, close: () => void server.close() };
}

describe.skipIf(!isBuilt())('the main job, with the unmodified openai client', () => {
  let data: DataFolder;
  let levigate: LevigateProcess;
  let openai: OpenAI;
  let sink: Awaited<ReturnType<typeof startSink>>;
  let secret: string;
  let model: string;
  let jobId: string;

  beforeAll(async () => {
    data = await createDataFolder();
    levigate = await startLevigate(data.path);
    const apiKey = (await readFile(join(data.path, 'api-key'), 'utf8')).trim();
    openai = new OpenAI({ apiKey, baseURL: `${levigate.url}/v1` });
    sink = await startSink();
    secret = (await levigate.client.webhookEndpoints.create({ url: sink.url })).signing_secret;

    const upload = async (channel: 'email' | 'chat') =>
      openai.files.create({
        file: await toFile(Buffer.from(toJsonl(readTickets(channel))), `${channel}.jsonl`),
        purpose: 'fine-tune',
      });
    const [training, shift] = [await upload('email'), await upload('chat')];
    const request = {
      model: 'all-minilm-l6-v2',
      training_file: training.id,
      seed: 7,
      levi: { shift_files: [{ name: 'chat', file: shift.id }] },
    };
    let job = await openai.fineTuning.jobs.create(request);
    jobId = job.id;
    job = { ...job, ...(await levigate.client.jobs.wait(jobId, { pollIntervalMs: 100 })) } as typeof job;
    model = job.fine_tuned_model ?? '';
  });

  afterAll(async () => {
    sink?.close();
    await levigate?.[Symbol.asyncDispose]();
    await data?.[Symbol.asyncDispose]();
  });

  it('gives a model that is better than chance on the channel nobody trained on', async () => {
    const chat = readTickets('chat');
    const answer = await openai.post<PredictResponse>('/predict', {
      body: { model, input: chat.map(({ text }) => text) },
    });
    const right = answer.data.filter(({ label }, index) => label === chat[index]?.label).length;
    expect(right / chat.length).toBeGreaterThan(0.5);
  });

  it('sends one webhook that standardwebhooks and openai both verify', async () => {
    const { headers, body } = await sink.received;
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      type: 'fine_tuning.job.succeeded',
      data: { id: jobId },
    });
    const event = await openai.webhooks.unwrap(body, headers, secret);
    expect(event.type).toBe('fine_tuning.job.succeeded');
  });

  it('reports every method on held-out rows and on the shift, and serves the lowest validation loss or LEVI close to it', async () => {
    const report = await openai.get<FineTuningReport>(`/fine_tuning/jobs/${jobId}/report`);
    const methods = report.methods.map(({ method }) => method);
    for (const method of ['linear_probe', 'concat_all', 'task_only', 'ensemble', 'levi', 'levi+ensemble']) {
      expect(methods).toContain(method);
    }
    const [lowest] = report.methods.toSorted((a, b) => a.validation_loss - b.validation_loss);
    expect([lowest?.method, 'levi+ensemble']).toContain(report.served);
    expect(
      report.methods.every(({ shifts }) => shifts[0]?.name === 'chat' && shifts[0].n === readTickets('chat').length),
    ).toBe(true);
    expect(report.gain.over_linear_probe?.ood).not.toBeNull();
    expect(report.verdict.length).toBeGreaterThan(40);
  });

  it('serves probabilities that sum to one, and says what was cached', async () => {
    const ask = () =>
      levigate.client.predict({ model, input: { text: 'How do I add a second calendar?' }, views: true, top_k: 6 });
    const [first, second] = [await ask(), await ask()];
    const prediction = first.data[0];
    expect(prediction?.labels.reduce((sum, { score }) => sum + score, 0)).toBeCloseTo(1, 4);
    expect([first.usage.cached_inputs, second.usage.cached_inputs]).toEqual([0, 1]);
    expect(second.data).toEqual(first.data);
  });

  it('says how far to trust each answer: a shift is seen, sets and nearest lines are given, what 42 rows cannot show is noted', async () => {
    const ask = (channel: 'email' | 'chat') =>
      levigate.client.predict({
        model,
        input: readTickets(channel)
          .map(({ text }) => text)
          .slice(0, 100),
        coverage: 0.8,
        abstain_at_risk: 0.01,
        nearest: 1,
        monitor: false,
      });
    const meanShift = ({ data: rows }: PredictResponse): number =>
      rows.reduce((sum, { shift_score }) => sum + (shift_score ?? Number.NaN), 0) / rows.length;
    const [email, chat] = [await ask('email'), await ask('chat')];
    expect(meanShift(chat)).toBeGreaterThan(0.9);
    expect(meanShift(email)).toBeLessThan(0.7);
    expect(chat.data.every(({ label, prediction_set }) => prediction_set?.includes(label ?? ''))).toBe(true);
    // Most of the first hundred e-mails were trained on: each is its own nearest.
    expect(email.data.filter(({ nearest }, row) => nearest?.[0]?.id === `line:${row + 1}`).length).toBeGreaterThan(70);
    expect(email.notes).toEqual([expect.stringContaining('cannot show a risk of at most 0.01')]);
    expect((await levigate.client.models.drift(model)).reference?.rows).toBe(42);
  });

  it('shows the view of every layer and how far they disagree, for a method asked for by name', async () => {
    const { training_file } = await levigate.client.jobs.retrieve(jobId);
    const named = await levigate.client.jobs.create({
      model: 'all-minilm-l6-v2',
      training_file,
      levi: { method: 'levi' },
    });
    const { fine_tuned_model } = await levigate.client.jobs.wait(named.id, { pollIntervalMs: 100 });
    const { data } = await levigate.client.predict({
      models: [model, fine_tuned_model ?? ''],
      input: 'Refund me please',
      views: true,
    });
    expect(data.map((prediction) => prediction.model)).toEqual([model, fine_tuned_model]);
    expect(data[1]?.views?.map(({ layer }) => layer)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(data[1]?.disagreement).toBeGreaterThan(0);
    expect(data[1]?.disagreement).toBeLessThan(Math.log2(6));
  });

  it('gives the same adapter for the same file and seed', async () => {
    const report = await levigate.client.jobs.report(jobId);
    const job = await levigate.client.jobs.retrieve(jobId);
    const again = await levigate.client.jobs.create({
      model: job.model,
      training_file: job.training_file,
      seed: 7,
      levi: job.levi,
    });
    await levigate.client.jobs.wait(again.id, { pollIntervalMs: 100 });
    const second = await levigate.client.jobs.report(again.id);
    const figures = (of: FineTuningReport) =>
      of.methods.map(({ method, validation_loss, id }) => [method, validation_loss, id.loss]);
    expect(figures(second)).toEqual(figures(report));
  });

  it('cancels a running job, which then stays cancelled', async () => {
    const file = await levigate.client.files.create({
      file: toJsonl(readTickets('chat')),
      filename: 'c.jsonl',
      purpose: 'fine-tune',
    });
    const job = await openai.fineTuning.jobs.create({ model: 'all-minilm-l6-v2', training_file: file.id });
    await openai.fineTuning.jobs.cancel(job.id);
    await expect(levigate.client.jobs.wait(job.id, { pollIntervalMs: 100 })).rejects.toThrow(/cancel/);
    const models = await levigate.client.models.list();
    expect(models.filter(({ id }) => id.endsWith(job.id.slice(-12)))).toEqual([]);
  });

  it("keeps the key to its owner's eyes", async () => {
    expect((await stat(join(data.path, 'api-key'))).mode & 0o777).toBe(0o600);
  });
});
