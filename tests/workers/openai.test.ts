import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorker } from './harness.ts';
import type { Worker } from './harness.ts';

const API_KEY = 'a-key-of-the-workerd-tests-0123456789';
let worker: Worker;
beforeAll(async () => {
  worker = await startWorker({ LEVIGATE_API_KEY: API_KEY });
});
afterAll(() => worker[Symbol.asyncDispose]());

const send = (
  path: string,
  init: { method?: string; body?: FormData | string; headers?: Record<string, string> } = {},
) => {
  const json = typeof init.body === 'string' ? { 'content-type': 'application/json' } : {};
  const headers = { authorization: `Bearer ${API_KEY}`, ...json, ...init.headers };
  return fetch(new URL(`/v1${path}`, worker.url), { ...init, headers });
};
/** Parsed; the test asserts its shape. */
// oxlint-disable-next-line typescript/no-explicit-any
const ask = async (path: string, init?: Parameters<typeof send>[1]): Promise<any> => (await send(path, init)).json();
const post = (path: string, json: unknown, headers = {}) =>
  ask(path, { method: 'POST', body: JSON.stringify(json), headers });

const LINES = Array.from(
  { length: 3 },
  (_, at) =>
    `${JSON.stringify({
      custom_id: `r${at}`,
      method: 'POST',
      url: '/v1/predict',
      body: { model: 'ft:none', input: 'x' },
    })}\n`,
).join('');

test('an upload in parts, a batch over it by the cron, and an idempotency key, on D1 and R2', async () => {
  const upload = await post('/uploads', {
    bytes: LINES.length,
    filename: 'in.jsonl',
    mime_type: 'text/plain',
    purpose: 'batch',
  });
  const halves = [LINES.slice(0, 100), LINES.slice(100)];
  const parts: string[] = [];
  for (const half of halves) {
    const body = new FormData();
    body.append('data', new Blob([half]), 'part');
    parts.push((await ask(`/uploads/${upload.id}/parts`, { method: 'POST', body })).id);
  }
  const md5 = createHash('md5').update(LINES).digest('hex');
  const { file, status } = await post(`/uploads/${upload.id}/complete`, { part_ids: parts, md5 });
  expect(status).toBe('completed');
  expect(await (await send(`/files/${file.id}/content`)).text()).toBe(LINES);

  const request = { input_file_id: file.id, endpoint: '/v1/predict', completion_window: '24h' };
  const created = await post('/batches', request, { 'idempotency-key': 'k' });
  expect((await post('/batches', request, { 'idempotency-key': 'k' })).id).toBe(created.id);
  let batch = created;
  for (let ticks = 0; batch.status !== 'completed' && ticks < 5; ticks += 1) {
    await worker.tick();
    batch = await ask(`/batches/${created.id}`);
  }
  // No such model is there: every line says so in the error file.
  expect(batch).toMatchObject({
    status: 'completed',
    request_counts: { total: 3, completed: 0, failed: 3 },
    output_file_id: null,
  });
  const errors = (await (await send(`/files/${batch.error_file_id}/content`)).text()).trim().split('\n');
  expect(
    errors.map((line) => JSON.parse(line)).map(({ custom_id, response }) => [custom_id, response.status_code]),
  ).toEqual([
    ['r0', 404],
    ['r1', 404],
    ['r2', 404],
  ]);
});
