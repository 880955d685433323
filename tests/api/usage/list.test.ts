import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { UsagePage } from '../../../src/contract/index.ts';
import { usageDays } from '../../../src/store/schema.ts';
import { answerAll } from '../../support/answer-all.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';

const DAY_S = 86_400;

async function createMetered() {
  const gateway = await createGatewayWithWorker({ services: { workers: { post: async (call) => answerAll(call) } } });
  const { model, jobId } = await gateway.trainModel();
  return {
    ...gateway,
    model,
    jobId,
    ask: (json: Readonly<Record<string, unknown>> = {}) =>
      gateway.json('/v1/predict', { method: 'POST', json: { model, input: 'a', ...json } }),
    usage: async (query = '', secret?: string) => {
      const { status, body } = await gateway.json(`/v1/usage${query}`, { secret });
      expect(status).toBe(200);
      return UsagePage.parse(body);
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

describe('GET /v1/usage', () => {
  test('200: a bucket a day up to today, with predictions and training', async () => {
    await using gateway = await createMetered();
    await gateway.ask({ input: ['a', 'b', 'c'] });
    await gateway.ask();
    const page = await gateway.usage();
    expect(page).toMatchObject({ object: 'page', has_more: false, next_page: null });
    expect(page.data).toHaveLength(7);
    const today = Math.floor(gateway.clock.nowMs() / 1000 / DAY_S) * DAY_S;
    expect(page.data.at(-1)).toEqual({
      object: 'bucket',
      start_time: today,
      end_time: today + DAY_S,
      results: [
        {
          object: 'usage.result',
          project_id: gateway.projectId,
          model: null,
          num_model_requests: 2,
          num_inputs: 4,
          input_tokens: 16,
          input_cached_tokens: 0,
          num_jobs: 1,
          training_seconds: 0,
          trained_tokens: 120,
        },
      ],
    });
    expect(page.data.slice(0, -1).every(({ results }) => results.length === 0)).toBe(true);
  });

  test('200: by model; models that shared a pass share its tokens', async () => {
    await using gateway = await createMetered();
    const { model: second } = await gateway.trainModel();
    const { model: third } = await gateway.trainModel();
    await gateway.ask({ model: undefined, models: [gateway.model, second, third], input: ['a', 'b'] });
    for (const form of ['group_by=model', 'group_by[]=model']) {
      const { data } = await gateway.usage(`?limit=1&start_time=${gateway.clock.nowMs() / 1000}&${form}`);
      const byModel = new Map(data[0]?.results.map((result) => [result.model, result]));
      expect([gateway.model, second, third].map((id) => byModel.get(id)?.input_tokens)).toEqual([4, 2, 2]);
      expect(byModel.get(second)).toMatchObject({ num_model_requests: 1, num_inputs: 2, num_jobs: 1 });
    }
    const { data } = await gateway.usage(`?models=${encodeURIComponent(second)}`);
    expect(data.at(-1)?.results).toMatchObject([{ input_tokens: 2, num_jobs: 1 }]);
  });

  test('200: pages of days, oldest first, with the days in between', async () => {
    await using gateway = await createMetered();
    const firstDay = Math.floor(gateway.clock.nowMs() / 1000 / DAY_S);
    await gateway.ask();
    gateway.clock.advance(3 * DAY_S * 1000);
    // Heard of lately, so that it is asked at all.
    await gateway.startWorker({ name: 'later' });
    await gateway.ask({ input: ['a', 'b'] });
    const seen: [number, number][] = [];
    let page: string | null = null;
    do {
      const query = `?start_time=${firstDay * DAY_S + 5}&limit=3${page === null ? '' : `&page=${page}`}`;
      const answer: UsagePage = await gateway.usage(query);
      for (const { start_time, results } of answer.data)
        seen.push([start_time / DAY_S - firstDay, results[0]?.num_inputs ?? 0]);
      page = answer.next_page;
    } while (page !== null);
    expect(seen).toEqual([
      [0, 1],
      [1, 0],
      [2, 0],
      [3, 2],
    ]);
  });

  test("200: only the project's own", async () => {
    await using gateway = await createMetered();
    await gateway.ask();
    const { secret } = await gateway.createProject();
    expect((await gateway.usage('', secret)).data.every(({ results }) => results.length === 0)).toBe(true);
  });

  test.each([
    ['?limit=32', 'limit'],
    ['?page=next', 'page'],
    ['?bucket_width=1h', 'bucket_width'],
    ['?start_time=100000&end_time=100', 'end_time'],
  ])('400: %s', async (query, param) => {
    await using gateway = await createMetered();
    const { status, body } = await gateway.json(`/v1/usage${query}`);
    expect([status, body.error.param]).toEqual([400, param]);
  });

  test('403: a key without usage:read', async () => {
    await using gateway = await createMetered();
    const secret = await gateway.createKey({ scopes: ['predict'] });
    expect((await gateway.json('/v1/usage', { secret })).status).toBe(403);
  });
});

describe('metering', () => {
  test('requests are added up and written together, once', async () => {
    await using gateway = await createMetered();
    for (let count = 0; count < 25; count += 1) await gateway.ask();
    expect(await gateway.db.select().from(usageDays)).toEqual([]);
    await gateway.runPutOff();
    await gateway.runPutOff();
    await gateway.run('flushUsage');
    expect(await gateway.db.select().from(usageDays)).toMatchObject([
      { projectId: gateway.projectId, model: gateway.model, requests: 25, inputs: 25, inputTokens: 100 },
    ]);
  });

  test('what could not be written is written the next time', async () => {
    await using gateway = await createMetered();
    await gateway.ask();
    await gateway.db.run(
      sql`create trigger full before insert on usage_days begin select raise(abort, 'disk full'); end`,
    );
    await expect(gateway.run('flushUsage')).rejects.toThrow('disk full');
    await gateway.db.run(sql`drop trigger full`);
    await gateway.ask();
    const { data } = await gateway.usage();
    expect(data.at(-1)?.results).toMatchObject([{ num_model_requests: 2 }]);
  });

  test('a request that failed is not counted', async () => {
    await using gateway = await createMetered();
    expect((await gateway.ask({ model: 'ft:none' })).status).toBe(404);
    await gateway.runPutOff();
    expect(await gateway.db.select().from(usageDays)).toEqual([]);
  });
});
