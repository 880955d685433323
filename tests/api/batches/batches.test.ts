import { describe, expect, test } from 'vitest';
import { LevigateError } from '../../../src/contract/index.ts';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import type { AnswerLine } from '../../support/gateway/hosted-gateway.ts';
import type { BatchLimits } from '../../support/gateway/workerd-protocol.ts';
import { uploadFile } from '../../support/training-data.ts';

const URL = '/v1/predict';
const line = (id: string, body: object = { input: id }, more: object = {}): string =>
  `${JSON.stringify({ custom_id: id, method: 'POST', url: URL, body: { model: 'm', ...body }, ...more })}\n`;
const lines = (count: number): string => Array.from({ length: count }, (_, at) => line(`r${at}`)).join('');

/** Answers with what it was asked; `bad` is refused. */
const echo: AnswerLine = async (_ctx, body) => {
  const { input } = body as { input: string };
  if (input === 'bad') throw new LevigateError('invalid_request', '"input": is bad', { param: 'input' });
  return { body: { echo: input }, inputTokens: 3, outputTokens: 1 };
};
const run = (gateway: TestGateway, answer: AnswerLine = echo, limits?: BatchLimits) =>
  gateway.runBatches(answer, limits);

async function create(gateway: TestGateway, content: string, fields: object = {}) {
  const input_file_id = await uploadFile(gateway, { content, purpose: 'batch', filename: 'in.jsonl' });
  const json = { input_file_id, endpoint: URL, completion_window: '24h', ...fields };
  return gateway.json('/v1/batches', { method: 'POST', json });
}
const get = async (gateway: TestGateway, id: string) => (await gateway.json(`/v1/batches/${id}`)).body;

async function linesOf(gateway: TestGateway, fileId: string | null) {
  const text = await (await gateway.request(`/v1/files/${fileId}/content`)).text();
  return text
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each));
}

describe('200', () => {
  test('a batch is checked, answered and put into files, in the order of its lines', async () => {
    await using gateway = await createTestGateway();
    const content = `${line('a')}\n${line('b', { input: 'bad' })}${line('c')}`;
    const created = await create(gateway, content, {
      metadata: { team: 'x' },
      output_expires_after: { anchor: 'created_at', seconds: 3600 },
    });
    expect(created.status).toBe(200);
    expect(created.body).toMatchObject({
      id: expect.stringMatching(/^batch_/),
      object: 'batch',
      endpoint: URL,
      errors: null,
      completion_window: '24h',
      status: 'validating',
      output_file_id: null,
      expires_at: created.body.created_at + 86_400,
      request_counts: { total: 0, completed: 0, failed: 0 },
      metadata: { team: 'x' },
    });
    await run(gateway);
    const batch = await get(gateway, created.body.id);
    expect(batch).toMatchObject({
      status: 'completed',
      model: 'm',
      in_progress_at: expect.any(Number),
      finalizing_at: expect.any(Number),
      completed_at: expect.any(Number),
      request_counts: { total: 3, completed: 2, failed: 1 },
      usage: { input_tokens: 6, output_tokens: 2, total_tokens: 8 },
    });
    expect(await linesOf(gateway, batch.output_file_id)).toEqual(
      ['a', 'c'].map((id) => ({
        id: expect.stringMatching(/^batch_req_/),
        custom_id: id,
        response: { status_code: 200, request_id: expect.stringMatching(/^req_/), body: { echo: id } },
        error: null,
      })),
    );
    const [failed] = await linesOf(gateway, batch.error_file_id);
    expect(failed).toMatchObject({
      custom_id: 'b',
      response: { status_code: 400, body: { error: { code: 'invalid_request', param: 'input' } } },
    });
    const file = await gateway.json(`/v1/files/${batch.output_file_id}`);
    expect(file.body).toMatchObject({
      purpose: 'batch_output',
      filename: `${batch.id}_output.jsonl`,
      expires_at: file.body.created_at + 3600,
    });
  });

  test('many slices, asked by whoever created it and after those who wait, are one output without gaps or repetitions', async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, lines(25));
    const asked = new Set<unknown>();
    const answer: AnswerLine = async (ctx, request) => {
      asked.add(JSON.stringify([ctx.priority, ctx.actor.projectId, ctx.actor.scopes.length > 0]));
      return echo(ctx, request);
    };
    await run(gateway, answer, { slice: { lines: 4, concurrent: 3 } });
    expect([...asked]).toEqual([JSON.stringify(['bulk', gateway.projectId, true])]);
    const batch = await get(gateway, body.id);
    const ids = (await linesOf(gateway, batch.output_file_id)).map(({ custom_id }) => custom_id);
    expect(ids).toEqual(Array.from({ length: 25 }, (_, at) => `r${at}`));
    // Its parts are gone.
    expect((await gateway.blobKeys()).filter((key) => key.startsWith('batches/'))).toEqual([]);
  });

  test('a gateway that dies within a slice costs that slice: the next goes on from the last one', async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, lines(10));
    let answered = 0;
    const dieAfterSix: AnswerLine = async (ctx, request) => {
      answered += 1;
      // As a process that is killed: nothing of this slice is committed.
      if (answered > 6) await new Promise(() => {});
      return echo(ctx, request);
    };
    void run(gateway, dieAfterSix, { slice: { lines: 5, concurrent: 1 } });
    await expect.poll(() => answered).toBe(7);
    expect(await get(gateway, body.id)).toMatchObject({ status: 'in_progress', request_counts: { completed: 5 } });
    // Its lease still runs.
    expect(await run(gateway)).toBe(0);
    gateway.clock.advance(5 * 60_000);
    await run(gateway);
    const batch = await get(gateway, body.id);
    expect(batch).toMatchObject({ status: 'completed', request_counts: { total: 10, completed: 10 } });
    expect((await linesOf(gateway, batch.output_file_id)).map(({ custom_id }) => custom_id)).toEqual(
      Array.from({ length: 10 }, (_, at) => `r${at}`),
    );
  });

  test('lines wait while no worker is there, and are given up when their worker fails again and again', async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, lines(2));
    const fail =
      (code: 'no_worker' | 'worker_failed'): AnswerLine =>
      () =>
        Promise.reject(new LevigateError(code, 'not now'));
    for (let tries = 0; tries < 30; tries += 1) {
      await run(gateway, fail('no_worker'));
      gateway.clock.advance(5_000);
    }
    expect(await get(gateway, body.id)).toMatchObject({
      status: 'in_progress',
      request_counts: { completed: 0, failed: 0 },
    });
    for (let tries = 0; tries < 30; tries += 1) {
      await run(gateway, fail('worker_failed'));
      gateway.clock.advance(5_000);
    }
    const batch = await get(gateway, body.id);
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { completed: 0, failed: 2 },
      output_file_id: null,
    });
    expect((await linesOf(gateway, batch.error_file_id))[0].response.status_code).toBe(502);
  });

  test('cancel keeps what was answered, also while a slice is being answered', async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, lines(6));
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    let answered = 0;
    const slow: AnswerLine = async (ctx, request) => {
      answered += 1;
      if (answered > 3) await held;
      return echo(ctx, request);
    };
    const running = run(gateway, slow, { slice: { lines: 3, concurrent: 1 } });
    await expect.poll(() => answered).toBe(4);
    const cancelling = await gateway.json(`/v1/batches/${body.id}/cancel`, { method: 'POST' });
    expect(cancelling.body).toMatchObject({ status: 'cancelling', cancelling_at: expect.any(Number) });
    release();
    await running;
    const batch = await get(gateway, body.id);
    expect(batch).toMatchObject({
      status: 'cancelled',
      cancelled_at: expect.any(Number),
      request_counts: { total: 6, completed: 3 },
    });
    expect(await linesOf(gateway, batch.output_file_id)).toHaveLength(3);
    const again = await gateway.json(`/v1/batches/${body.id}/cancel`, { method: 'POST' });
    expect([again.status, again.body.error.code, again.headers.get('x-should-retry')]).toEqual([
      409,
      'batch_already_finished',
      'false',
    ]);
  });

  test('after a day what was not answered expires, line by line', async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, lines(4));
    let answered = 0;
    const two: AnswerLine = async (ctx, request) => {
      answered += 1;
      if (answered > 2) throw new LevigateError('no_worker', 'not now');
      return echo(ctx, request);
    };
    await run(gateway, two, { slice: { concurrent: 1 } });
    gateway.clock.advance(24 * 3_600_000);
    await run(gateway);
    const batch = await get(gateway, body.id);
    expect(batch).toMatchObject({
      status: 'expired',
      expired_at: expect.any(Number),
      request_counts: { total: 4, completed: 2 },
    });
    const errors = await linesOf(gateway, batch.error_file_id);
    expect(errors.map(({ custom_id, response, error }) => [custom_id, response, error.code])).toEqual([
      ['r2', null, 'batch_expired'],
      ['r3', null, 'batch_expired'],
    ]);
  });

  test('lists newest first, over pages', async () => {
    await using gateway = await createTestGateway();
    const ids = [];
    for (let count = 0; count < 3; count += 1) ids.unshift((await create(gateway, lines(1))).body.id);
    const first = await gateway.json('/v1/batches?limit=2');
    expect(first.body).toMatchObject({ object: 'list', has_more: true, first_id: ids[0], last_id: ids[1] });
    const second = await gateway.json(`/v1/batches?limit=2&after=${ids[1]}`);
    expect(second.body.data.map(({ id }: { id: string }) => id)).toEqual([ids[2]]);
  });

  test('webhooks are told how it ended; its files outlive upkeep and its input cannot be deleted before', async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, lines(1));
    const inUse = await gateway.json(`/v1/files/${body.input_file_id}`, { method: 'DELETE' });
    expect([inUse.status, inUse.body.error.code]).toEqual([409, 'file_in_use']);
    await run(gateway);
    expect(await gateway.countWakes()).toBeGreaterThan(0);
    gateway.clock.advance(48 * 3_600_000);
    await gateway.run('sweepExpiredFiles');
    await gateway.run('sweepOrphanBlobs');
    const batch = await get(gateway, body.id);
    expect(await linesOf(gateway, batch.output_file_id)).toHaveLength(1);
    expect((await gateway.json(`/v1/files/${body.input_file_id}`, { method: 'DELETE' })).status).toBe(200);
  });

  test("the openai client's retry of a creation makes one batch", async () => {
    await using gateway = await createTestGateway();
    const input_file_id = await uploadFile(gateway, { content: lines(1), purpose: 'batch' });
    const json = { input_file_id, endpoint: URL, completion_window: '24h' };
    const post = (retries: string) =>
      gateway.json('/v1/batches', { method: 'POST', json, headers: { 'x-stainless-retry-count': retries } });
    const first = await post('0');
    expect((await post('1')).body.id).toBe(first.body.id);
    expect((await post('0')).body.id).not.toBe(first.body.id);
  });
});

describe('a batch fails with the numbers of the lines that are wrong', () => {
  test.each([
    ['no JSON', `${line('a')}{"custom_id": "b",\n`, { code: 'invalid_json_line', line: 2 }],
    [
      'no custom_id',
      '{"method":"POST","url":"/v1/predict","body":{}}\n',
      { code: 'missing_required_parameter', line: 1, param: 'custom_id' },
    ],
    [
      'a custom_id twice',
      line('a') + line('b') + line('a'),
      { code: 'duplicate_custom_id', line: 3, param: 'custom_id' },
    ],
    ['another method', line('a', {}, { method: 'GET' }), { code: 'invalid_parameter', line: 1, param: 'method' }],
    [
      'another endpoint',
      line('a') + line('b', {}, { url: '/v1/embeddings' }),
      { code: 'mismatched_url', line: 2, param: 'url' },
    ],
    ['a stream', line('a', { stream: true }), { code: 'unsupported_option', line: 1, param: 'body.stream' }],
    ['no request at all', '\n\n', { code: 'empty_file', line: null }],
    ['too many', lines(50_001), { code: 'too_many_lines', line: 50_001 }],
  ])('%s', async (_name, content, error) => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, content);
    await run(gateway);
    const batch = await get(gateway, body.id);
    expect(batch).toMatchObject({
      status: 'failed',
      failed_at: expect.any(Number),
      output_file_id: null,
      error_file_id: null,
    });
    expect(batch.errors.object).toBe('list');
    expect(batch.errors.data[0]).toMatchObject(error);
    if (error.line !== null) expect(batch.errors.data[0].message).toContain(`line ${error.line}`);
  });
});

describe('refused', () => {
  test.each([
    ['a file of another purpose', { endpoint: URL }, 'fine-tune', 400, 'invalid_file_purpose', 'input_file_id'],
    ['another endpoint', { endpoint: '/v1/responses' }, 'batch', 400, 'invalid_request', 'endpoint'],
    ['another window', { completion_window: '1h' }, 'batch', 400, 'invalid_request', 'completion_window'],
    ['a file that is not there', { input_file_id: 'file-none' }, 'batch', 404, 'file_not_found', 'input_file_id'],
  ])('%s', async (_name, fields, purpose, status, code, param) => {
    await using gateway = await createTestGateway();
    const input_file_id = await uploadFile(gateway, { content: lines(1), purpose });
    const json = { input_file_id, endpoint: URL, completion_window: '24h', ...fields };
    const answer = await gateway.json('/v1/batches', { method: 'POST', json });
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code, param });
  });

  test("404: another project's batch; 403: a key that may not predict", async () => {
    await using gateway = await createTestGateway();
    const { body } = await create(gateway, lines(1));
    const { secret } = await gateway.createProject();
    expect((await gateway.json(`/v1/batches/${body.id}`, { secret })).body.error.code).toBe('batch_not_found');
    const reader = await gateway.createKey({ scopes: ['files:read', 'files:write'] });
    expect(
      (
        await gateway.json('/v1/batches', {
          method: 'POST',
          secret: reader,
          json: { input_file_id: body.input_file_id, endpoint: URL, completion_window: '24h' },
        })
      ).status,
    ).toBe(403);
  });
});
