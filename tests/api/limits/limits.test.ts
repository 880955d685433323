import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import type { ProjectLimits } from '../../../src/contract/index.ts';
import { answerAll } from '../../support/answer-all.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { uploadForm } from '../../support/multipart.ts';

/** A project of its own with limits, a model in it, and a worker whose answers can be held back. */
async function createLimited(limits: ProjectLimits) {
  let gate: Promise<void> = Promise.resolve();
  const gateway = await createGatewayWithWorker({
    services: {
      workers: {
        post: async (call) => {
          await gate;
          return answerAll(call);
        },
      },
    },
  });
  const created = await gateway.json('/v1/admin/projects', { method: 'POST', json: { name: 'tenant' } });
  const { id } = created.body;
  const secret: string = created.body.api_key.secret;
  const { model } = await gateway.trainModel({ secret });
  const update = (json: unknown) => gateway.json(`/v1/admin/projects/${id}`, { method: 'POST', json });
  expect((await update({ limits })).body).toMatchObject({ id, name: 'tenant', limits });
  return {
    ...gateway,
    projectId: id as string,
    keyId: created.body.api_key.id as string,
    secret,
    model,
    update,
    hold: (until: Promise<void>): void => {
      gate = until;
    },
    ask: (input: unknown = 'a', key: string = secret) =>
      gateway.json('/v1/predict', { method: 'POST', json: { model, input }, secret: key }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const rateHeaders = (headers: Headers): Record<string, string> =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('x-ratelimit-')));

describe('requests per minute', () => {
  test('200 with what is left, then 429 with when to come again, then 200', async () => {
    await using tenant = await createLimited({ requests_per_minute: 2 });
    const first = await tenant.ask();
    expect(first.status).toBe(200);
    expect(rateHeaders(first.headers)).toEqual({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-reset-requests': '30s',
    });
    await tenant.ask();
    const refused = await tenant.ask();
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'rate_limit_exceeded', type: 'rate_limit_error', param: null });
    expect(refused.headers.get('retry-after')).toBe('30');
    expect(rateHeaders(refused.headers)).toMatchObject({
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '1m0s',
    });
    tenant.clock.advance(30_000);
    await tenant.startWorker({ name: 'heard of lately' });
    expect((await tenant.ask()).status).toBe(200);
  });

  test('count every request of the project, whatever its key, and nobody else', async () => {
    await using tenant = await createLimited({ requests_per_minute: 1 });
    const other = await tenant.createKey({ projectId: tenant.projectId });
    expect((await tenant.json('/v1/models', { secret: other })).status).toBe(200);
    expect((await tenant.json('/v1/models', { secret: tenant.secret })).status).toBe(429);
    const foreign = await tenant.createProject();
    const answer = await tenant.json('/v1/models', { secret: foreign.secret });
    expect(answer.status).toBe(200);
    expect(rateHeaders(answer.headers)).toEqual({});
  });

  test("the unmodified openai client retries after the time it is told, and reads the error's code", async () => {
    await using tenant = await createLimited({ requests_per_minute: 1 });
    const client = new OpenAI({
      apiKey: tenant.secret,
      baseURL: `${await tenant.listen()}/v1`,
      maxRetries: 0,
    });
    await client.models.list();
    await expect(client.models.list()).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  });
});

describe("a key's own limits", () => {
  test('hold beside those of the project; the tighter one is shown', async () => {
    await using tenant = await createLimited({ requests_per_minute: 100 });
    const made = await tenant.json('/v1/api_keys', {
      method: 'POST',
      secret: tenant.secret,
      json: { name: 'ci', limits: { requests_per_minute: 2 } },
    });
    expect(made.body.limits).toEqual({ requests_per_minute: 2 });
    const first = await tenant.ask('a', made.body.secret);
    expect(rateHeaders(first.headers)['x-ratelimit-remaining-requests']).toBe('1');
    await tenant.ask('a', made.body.secret);
    const refused = await tenant.ask('a', made.body.secret);
    expect(refused.status).toBe(429);
    expect(refused.body.error.message).toContain(made.body.id);
    expect((await tenant.ask()).status).toBe(200);
  });

  test('are changed and taken away; a limited key gives no more than it has', async () => {
    await using tenant = await createLimited({ requests_per_minute: 1_000 });
    const create = (json: unknown, secret = tenant.secret) =>
      tenant.json('/v1/api_keys', { method: 'POST', secret, json });
    const limited = (await create({ name: 'a', limits: { requests_per_minute: 50 } })).body;
    const change = (id: string, json: unknown, secret: string) =>
      tenant.json(`/v1/api_keys/${id}`, { method: 'POST', secret, json });
    expect((await create({ name: 'b' }, limited.secret)).body.limits).toEqual({ requests_per_minute: 50 });
    expect((await change(limited.id, { limits: null }, limited.secret)).body.limits).toEqual({
      requests_per_minute: 50,
    });
    expect((await change(limited.id, { limits: { requests_per_minute: 9 } }, limited.secret)).body.limits).toEqual({
      requests_per_minute: 9,
    });
    expect((await change(limited.id, { name: 'renamed', limits: null }, tenant.secret)).body).toMatchObject({
      name: 'renamed',
      limits: null,
    });
    const listed = await tenant.json('/v1/api_keys', { secret: tenant.secret });
    expect(listed.body.data.find(({ id }: { id: string }) => id === limited.id).limits).toBeNull();
    expect((await change('key_none', { limits: null }, tenant.secret)).status).toBe(404);
    const wrong = await change(limited.id, { limits: { requests_per_minute: 0 } }, tenant.secret);
    expect([wrong.status, wrong.body.error.param]).toEqual([400, 'limits.requests_per_minute']);
  });
});

describe('tokens per minute', () => {
  test('are taken by an estimate and corrected by what the worker counted', async () => {
    await using tenant = await createLimited({ tokens_per_minute: 100 });
    // 40 characters are estimated at 11 tokens; the worker counts 4.
    const first = await tenant.ask('x'.repeat(40));
    expect(first.status).toBe(200);
    expect(rateHeaders(first.headers)).toMatchObject({
      'x-ratelimit-limit-tokens': '100',
      'x-ratelimit-remaining-tokens': '89',
    });
    await tenant.runPutOff();
    const second = await tenant.ask('x'.repeat(40));
    expect(rateHeaders(second.headers)['x-ratelimit-remaining-tokens']).toBe('85');
  });

  test('429 when there are too few; a request that fails costs none', async () => {
    await using tenant = await createLimited({ tokens_per_minute: 100 });
    const long = 'x'.repeat(320);
    const gone = Promise.reject(new Error('gone'));
    gone.catch(() => {});
    tenant.hold(gone);
    expect((await tenant.ask(long)).status).toBe(502);
    await tenant.runPutOff();
    tenant.hold(Promise.resolve());
    expect((await tenant.ask(long)).status).toBe(200);
    const refused = await tenant.ask(long);
    expect([refused.status, refused.body.error.code]).toEqual([429, 'rate_limit_exceeded']);
    expect(refused.body.error.message).toContain('tokens a minute');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(20);
  });
});

describe('requests at a time', () => {
  test('429 while as many are being answered, 200 once one is', async () => {
    await using tenant = await createLimited({ concurrent_requests: 1 });
    const { promise, resolve } = Promise.withResolvers<void>();
    tenant.hold(promise);
    const first = tenant.ask();
    await expect.poll(async () => (await tenant.ask()).status).toBe(429);
    resolve();
    expect((await first).status).toBe(200);
    await tenant.runPutOff();
    expect((await tenant.ask()).status).toBe(200);
  });
});

describe('quotas', () => {
  test('inputs of a month: 429 insufficient_quota, which no client retries, until the month ends', async () => {
    await using tenant = await createLimited({ inputs_per_month: 5 });
    expect((await tenant.ask(['a', 'b', 'c'])).status).toBe(200);
    const refused = await tenant.ask(['a', 'b', 'c']);
    expect(refused.status).toBe(429);
    expect(refused.body.error).toMatchObject({ code: 'insufficient_quota', type: 'insufficient_quota' });
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect((await tenant.ask(['a', 'b'])).status).toBe(200);
    await tenant.runPutOff();
    tenant.clock.advance(30 * 86_400_000);
    await tenant.startWorker({ name: 'heard of lately' });
    expect((await tenant.ask(['a', 'b', 'c'])).status).toBe(200);
  });

  test('tokens of a month', async () => {
    await using tenant = await createLimited({ tokens_per_month: 4 });
    expect((await tenant.ask()).status).toBe(200);
    expect((await tenant.ask()).body.error.code).toBe('insufficient_quota');
  });

  test('stored bytes: what does not fit is refused and leaves nothing; deleting makes room', async () => {
    await using tenant = await createLimited({});
    const { secret } = tenant;
    const listed = await tenant.json('/v1/files', { secret });
    const used = listed.body.data.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0);
    await tenant.update({ limits: { storage_bytes: used + 10 } });
    const upload = (content: string) =>
      tenant.json('/v1/files', { method: 'POST', secret, body: uploadForm({ file: content }) });
    const refused = await upload('12345678901');
    expect([refused.status, refused.body.error.code]).toEqual([429, 'insufficient_quota']);
    const kept = await upload('1234567890');
    expect(kept.status).toBe(200);
    expect((await upload('1')).status).toBe(429);
    await tenant.json(`/v1/files/${kept.body.id}`, { method: 'DELETE', secret });
    expect((await upload('1')).status).toBe(200);
  });

  test('stored bytes bound uploads in parts as well, when they are announced and when they are completed', async () => {
    await using tenant = await createLimited({});
    const { secret } = tenant;
    const listed = await tenant.json('/v1/files', { secret });
    const used = listed.body.data.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0);
    await tenant.update({ limits: { storage_bytes: used + 10 } });
    const announce = (bytes: number) =>
      tenant.json('/v1/uploads', {
        method: 'POST',
        secret,
        json: { bytes, filename: 'a.bin', mime_type: 'application/octet-stream', purpose: 'user_data' },
      });
    expect((await announce(11)).body.error.code).toBe('insufficient_quota');
    const { body: upload } = await announce(8);
    const form = new FormData();
    form.append('data', new Blob(['12345678']));
    const path = `/v1/uploads/${upload.id}`;
    const part = await tenant.json(`${path}/parts`, { method: 'POST', secret, body: form });
    await tenant.json('/v1/files', { method: 'POST', secret, body: uploadForm({ file: '12345' }) });
    const complete = () =>
      tenant.json(`${path}/complete`, { method: 'POST', secret, json: { part_ids: [part.body.id] } });
    expect((await complete()).body.error.code).toBe('insufficient_quota');
    await tenant.update({ limits: { storage_bytes: used + 13 } });
    expect((await complete()).body.status).toBe('completed');
  });
});
