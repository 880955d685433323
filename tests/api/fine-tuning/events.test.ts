import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createTestGateway } from '../../support/gateway.ts';
import { createJob } from '../../support/training-data.ts';

interface StreamedEvent {
  readonly id: string;
  readonly data: { readonly id: string; readonly message: string; readonly data: { readonly status?: string } | null };
}

/** The events of a whole stream; pings and retry lines are left out. */
function parseStream(text: string): StreamedEvent[] {
  return text.split('\n\n').flatMap((block) => {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
    );
    const data = fields.get('data');
    return data === undefined ? [] : [{ id: fields.get('id') ?? '', data: JSON.parse(data) }];
  });
}

test('200: pages through all events, newest first, each once', async () => {
  await using gateway = await createGatewayWithWorker();
  const { jobId } = await gateway.trainModel();
  const path = `/v1/fine_tuning/jobs/${jobId}/events`;
  const all = await gateway.json(path);
  expect(all.body).toMatchObject({ object: 'list', has_more: false });
  expect(all.body.data[0]).toMatchObject({
    id: expect.stringMatching(/^ftevent-/),
    object: 'fine_tuning.job.event',
    created_at: expect.any(Number),
    level: 'info',
    message: 'The job has successfully completed',
    type: 'message',
  });
  const paged = [];
  let after = '';
  for (let page; page?.has_more !== false; after = `&after=${page.data.at(-1).id}`) {
    page = (await gateway.json(`${path}?limit=2${after}`)).body;
    paged.push(...page.data);
  }
  expect(paged).toEqual(all.body.data);
});

test('200: the stream of a finished job gives all events, oldest first, by id, and ends with its status', async () => {
  await using gateway = await createGatewayWithWorker();
  const { jobId } = await gateway.trainModel();
  const path = `/v1/fine_tuning/jobs/${jobId}/events`;
  const listed = (await gateway.json(path)).body.data.toReversed();
  for (const init of [{ headers: { accept: 'text/event-stream' } }, {}]) {
    const response = await gateway.request('headers' in init ? path : `${path}?stream=true`, init);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const streamed = parseStream(await response.text());
    expect(streamed.map(({ data }) => data)).toEqual(listed);
    expect(streamed.map(({ id }) => id)).toEqual(listed.map(({ id }: { id: string }) => id));
    expect(streamed.at(-1)?.data.data?.status).toBe('succeeded');
  }
});

test('200: a stream resumes after Last-Event-ID', async () => {
  await using gateway = await createGatewayWithWorker();
  const { jobId } = await gateway.trainModel();
  const path = `/v1/fine_tuning/jobs/${jobId}/events`;
  const listed = (await gateway.json(path)).body.data.toReversed();
  const headers = { accept: 'text/event-stream', 'last-event-id': listed[2].id };
  const streamed = parseStream(await (await gateway.request(path, { headers })).text());
  expect(streamed.map(({ data }) => data)).toEqual(listed.slice(3));
});

test('200: a stream that is open while the job ends sends its end and closes', async () => {
  await using gateway = await createGatewayWithWorker();
  const jobId = await createJob(gateway);
  const response = await gateway.request(`/v1/fine_tuning/jobs/${jobId}/events?stream=true`);
  await gateway.json(`/v1/fine_tuning/jobs/${jobId}/cancel`, { method: 'POST' });
  const streamed = parseStream(await response.text());
  expect(streamed.map(({ data }) => data.data?.status)).toEqual([undefined, 'validating_files', 'queued', 'cancelled']);
});

/** Reads a stream until its text holds so many events. @returns the events; the stream stays open */
async function readEvents(response: Response, count: number): Promise<StreamedEvent[]> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const whole = text.slice(0, text.lastIndexOf('\n\n') + 2);
    const events = parseStream(whole);
    if (events.length >= count) return events;
    const { done = true, value = '' } = (await reader?.read()) ?? {};
    if (done) throw new Error(`the stream ended after ${events.length} of ${count} events`);
    text += value;
  }
}

test('200: a client that goes away is noticed: nothing is read for it any more', async () => {
  await using gateway = await createGatewayWithWorker();
  const jobId = await createJob(gateway);
  const leave = new AbortController();
  const { signal } = leave;
  const response = await gateway.request(`/v1/fine_tuning/jobs/${jobId}/events?stream=true`, { signal });
  await readEvents(response, 3);
  /** Within two turns of the stream. */
  const asked = async (): Promise<number> => {
    const before = await gateway.countQueries();
    await sleep(1_100);
    return (await gateway.countQueries()) - before;
  };
  expect(await asked()).toBeGreaterThan(0);
  leave.abort();
  await expect.poll(asked, { timeout: 15_000 }).toBe(0);
});

test('200: a client that went away and comes back with Last-Event-ID misses nothing and gets nothing twice', async () => {
  await using gateway = await createGatewayWithWorker();
  const jobId = await createJob(gateway);
  const path = `/v1/fine_tuning/jobs/${jobId}/events?stream=true`;
  const leave = new AbortController();
  const seen = await readEvents(await gateway.request(path, { signal: leave.signal }), 3);
  leave.abort();
  const worker = await gateway.startWorker();
  const lease = await worker.claim();
  if (!lease) throw new Error('nothing was leased');
  await worker.finish(lease);
  const response = await gateway.request(path, { headers: { 'last-event-id': seen.at(-1)?.id ?? '' } });
  const all = [...seen, ...parseStream(await response.text())].map(({ id }) => id);
  const listed = (await gateway.json(`/v1/fine_tuning/jobs/${jobId}/events?limit=100`)).body.data;
  expect(all).toEqual(listed.map(({ id }: { id: string }) => id).toReversed());
});

test('200: checkpoints are a page, empty until the job succeeded', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json(`/v1/fine_tuning/jobs/${await createJob(gateway)}/checkpoints`);
  expect({ status, body }).toEqual({
    status: 200,
    body: { object: 'list', data: [], first_id: null, last_id: null, has_more: false },
  });
});

test('404: the report of a job that has not succeeded says so', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await gateway.json(`/v1/fine_tuning/jobs/${await createJob(gateway)}/report`);
  expect(status).toBe(404);
  expect(body.error.message).toContain('it is queued');
});
