import { describe, expect, test } from 'vitest';
import { RESIDENT_NAME_CHARS, WorkerPredictRequest } from '../../../src/contract/index.ts';
import type { WorkerAnswer, WorkerCall } from '../../../src/services/ports.ts';
import { jobs, models as modelTable } from '../../../src/store/schema.ts';
import { answerAll, refuse } from '../../support/answer-all.ts';
import type { FakeWorker } from '../../support/fake-worker.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createJob } from '../../support/training-data.ts';

const URLS = ['http://10.0.0.1:1', 'http://10.0.0.2:1', 'http://10.0.0.3:1', 'http://10.0.0.4:1'];
type Respond = (call: WorkerCall) => Promise<WorkerAnswer> | WorkerAnswer;

/** Workers of their own addresses and a model. `calls` is what each was asked, in order. */
async function createFleet({
  respond = answerAll,
  urls = URLS,
}: { readonly respond?: Respond; readonly urls?: readonly string[] } = {}) {
  const calls: { readonly url: string; readonly adapters: readonly string[] }[] = [];
  const gateway = await createGatewayWithWorker({
    services: {
      workers: {
        post: async (call) => {
          const { adapters } = WorkerPredictRequest.parse(JSON.parse(call.body));
          calls.push({ url: new URL(call.url).origin, adapters: adapters.map(({ sha256 }) => sha256) });
          return respond(call);
        },
      },
    },
  });
  const models: string[] = [];
  for (let count = 0; count < 3; count += 1) models.push((await gateway.trainModel()).model);
  await gateway.stopTrainer();
  const workers = new Map<string, FakeWorker>();
  for (const url of urls) workers.set(url, await gateway.startWorker({ name: url, url }));
  const [model = ''] = models;
  return {
    ...gateway,
    calls,
    model,
    models,
    /** By address. */
    worker: (url: string | undefined): FakeWorker => {
      const worker = workers.get(url ?? '');
      if (!worker) throw new Error(`there is no worker at ${url}`);
      return worker;
    },
    ask: (json: Readonly<Record<string, unknown>> = {}, headers: Readonly<Record<string, string>> = {}) =>
      gateway.json('/v1/predict', { method: 'POST', json: { model, input: 'a', ...json }, headers }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

describe('an adapter stays where it is', () => {
  test('every request for one model goes to one worker', async () => {
    await using fleet = await createFleet();
    for (let count = 0; count < 10; count += 1) expect((await fleet.ask()).status).toBe(200);
    expect(new Set(fleet.calls.map(({ url }) => url)).size).toBe(1);
  });

  test('a worker that reports much to do is passed over for one that has the adapter', async () => {
    await using fleet = await createFleet();
    await fleet.ask();
    const [{ url: home, adapters } = { url: '', adapters: [] }] = fleet.calls;
    const warm = URLS.find((url) => url !== home);
    await fleet.worker(home).heartbeat({ queued_tokens: 100_000 });
    const resident_adapters = adapters.map((sha256) => sha256.slice(0, RESIDENT_NAME_CHARS));
    await fleet.worker(warm).heartbeat({ resident_adapters });
    await fleet.ask();
    expect(fleet.calls.at(-1)?.url).toBe(warm);
    await fleet.worker(home).heartbeat({ queued_tokens: 0 });
    await fleet.ask();
    expect(fleet.calls.at(-1)?.url).toBe(home);
  });

  test('requests in flight count before any heartbeat tells of them', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    await using fleet = await createFleet({
      respond: async (call) => {
        await gate;
        return answerAll(call);
      },
    });
    // 20 requests of 40 long texts each for one adapter: more than one worker's share.
    const input = Array.from({ length: 40 }, () => 'x'.repeat(400));
    const asked = Array.from({ length: 20 }, () => fleet.ask({ input }));
    await expect.poll(() => fleet.calls.length).toBe(20);
    open();
    for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
    const shares = Map.groupBy(fleet.calls, ({ url }) => url);
    expect(shares.size).toBe(4);
    for (const share of shares.values()) expect(share.length).toBeLessThanOrEqual(7);
  });

  test('many models over one input stay together, on one worker', async () => {
    await using fleet = await createFleet();
    for (let count = 0; count < 3; count += 1)
      await fleet.ask({ model: undefined, models: fleet.models.toSpliced(count, 1) });
    expect(fleet.calls.map(({ adapters }) => adapters.length)).toEqual([2, 2, 2]);
    expect(new Set(fleet.calls.map(({ url }) => url)).size).toBe(1);
  });
});

describe('a worker that does not answer costs one retry elsewhere', () => {
  const failures: readonly [string, () => WorkerAnswer][] = [
    [
      'gone',
      () => {
        throw new Error('socket hang up');
      },
    ],
    ['full', () => refuse(429, 'overloaded', '1')],
    ['draining', () => refuse(503, 'no_worker', '1')],
    ['without its device', () => refuse(500, 'internal')],
    ['behind a proxy that lost it', () => ({ status: 502, body: '<html>Bad gateway</html>' })],
  ];
  test.each(failures)('%s', async (_, fail) => {
    let failing: string | undefined;
    await using fleet = await createFleet({
      respond: (call) => {
        failing ??= new URL(call.url).origin;
        return new URL(call.url).origin === failing ? fail() : answerAll(call);
      },
    });
    const { status, body } = await fleet.ask({ input: ['a', 'b'] });
    expect(status).toBe(200);
    expect(body.data.map(({ label }: { label: string }) => label)).toEqual(['a', 'b']);
    expect(fleet.calls).toHaveLength(2);
    // For a moment it is not even tried; then it is.
    await fleet.ask();
    expect(fleet.calls.slice(2).map(({ url }) => url)).not.toContain(failing);
    fleet.clock.advance(2_000);
    await fleet.ask();
    expect(fleet.calls.slice(3)[0]?.url).toBe(failing);
  });

  test('an error that any worker would give is not asked for twice', async () => {
    await using fleet = await createFleet({ respond: () => refuse(500, 'adapter_invalid') });
    const { status, body } = await fleet.ask();
    expect([status, body.error.code, fleet.calls.length]).toEqual([500, 'adapter_invalid', 1]);
  });

  test('two full workers: 429 with the Retry-After of the last', async () => {
    await using fleet = await createFleet({ respond: () => refuse(429, 'overloaded', '3') });
    const { status, headers } = await fleet.ask();
    expect([status, headers.get('retry-after'), fleet.calls.length]).toEqual([429, '3', 2]);
  });

  test('one alone that is full is not asked again', async () => {
    await using fleet = await createFleet({ respond: () => refuse(429, 'overloaded', '3'), urls: URLS.slice(0, 1) });
    expect([(await fleet.ask()).status, fleet.calls.length]).toEqual([429, 1]);
  });
});

describe('workers whose queue stands', () => {
  /** Work for 400 ms at the rate below: more than may wait. */
  const heavy = { input: Array.from({ length: 20 }, () => 'x'.repeat(400)) };
  const overload = '100;5';

  async function createFull(urls: readonly string[], headerOf: (url: string) => string | null = () => overload) {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    let isHeld = false;
    const fleet = await createFleet({
      urls,
      respond: async (call) => {
        if (isHeld) await gate;
        return { ...answerAll(call), overload: headerOf(new URL(call.url).origin) };
      },
    });
    // Each says how it is doing with an answer.
    for (let count = 0; count < 4 * urls.length; count += 1)
      await fleet.ask({ model: fleet.models[count % fleet.models.length] });
    isHeld = true;
    return { fleet, open };
  }

  test('429 with Retry-After, and none is asked', async () => {
    const { fleet, open } = await createFull(URLS.slice(0, 1));
    await using _ = fleet;
    const before = fleet.calls.length;
    const asked = fleet.ask(heavy);
    await expect.poll(() => fleet.calls.length).toBe(before + 1);
    const refused = await fleet.ask();
    expect([refused.status, refused.body.error.code]).toEqual([429, 'overloaded']);
    expect(Number(refused.headers.get('retry-after'))).toBe(1);
    // Whatever its body is: it was not read.
    expect((await fleet.ask({ input: 7 })).status).toBe(429);
    expect(fleet.calls).toHaveLength(before + 1);
    open();
    expect((await asked).status).toBe(200);
    expect((await fleet.ask()).status).toBe(200);
  });

  test('one that has room is asked instead', async () => {
    const [full, roomy] = URLS;
    const { fleet, open } = await createFull(URLS.slice(0, 2), (url) => (url === full ? overload : null));
    await using _ = fleet;
    const before = fleet.calls.length;
    const asked = Array.from({ length: 6 }, (__, index) => fleet.ask({ ...heavy, model: fleet.models[index % 3] }));
    await expect.poll(() => fleet.calls.length).toBe(before + 6);
    const late = fleet.ask();
    await expect.poll(() => fleet.calls.at(-1)?.url).toBe(roomy);
    open();
    for (const { status } of await Promise.all([...asked, late])) expect(status).toBe(200);
  });

  test('what a worker said a while ago does not count', async () => {
    const { fleet, open } = await createFull(URLS.slice(0, 1));
    await using _ = fleet;
    const asked = fleet.ask(heavy);
    await expect.poll(async () => (await fleet.ask()).status).toBe(429);
    fleet.clock.advance(1_001);
    const late = fleet.ask();
    open();
    for (const { status } of await Promise.all([asked, late])) expect(status).toBe(200);
  });
});

describe('a worker that goes', () => {
  test('draining: nothing new is sent there from its heartbeat on', async () => {
    await using fleet = await createFleet();
    await fleet.ask();
    const [{ url: home } = { url: '' }] = fleet.calls;
    await fleet.worker(home).heartbeat({ is_draining: true });
    await fleet.ask();
    expect(fleet.calls.at(-1)?.url).not.toBe(home);
    await fleet.worker(home).leave();
    expect((await fleet.worker(home).heartbeat()).status).toBe(404);
    expect((await fleet.json('/health')).body.workers.alive).toBe(3);
  });

  test('leaving puts its job back at once', async () => {
    await using gateway = await createGatewayWithWorker();
    const worker = await gateway.startWorker();
    const id = await createJob(gateway);
    expect((await worker.claim())?.job_id).toBe(id);
    expect((await worker.leave()).status).toBe(204);
    expect((await worker.leave()).status).toBe(204);
    const next = await gateway.startWorker({ name: 'next' });
    expect((await next.claim())?.job_id).toBe(id);
  });
});

describe('X-Scale-Up-Timeout', () => {
  test('200: the request waits until a worker is there', async () => {
    await using fleet = await createFleet({ urls: [] });
    const asked = fleet.ask({}, { 'x-scale-up-timeout': '30' });
    await expect
      .poll(async () => (await fleet.json('/v1/admin/queue-stats')).body)
      .toMatchObject({ waiting_predictions: 1, demand: 1, workers_alive: 0 });
    await fleet.startWorker({ name: 'woken', url: 'http://10.0.0.9:1' });
    expect((await asked).status).toBe(200);
    expect((await fleet.json('/v1/admin/queue-stats')).body).toMatchObject({ waiting_predictions: 0, demand: 0 });
  });

  test('200: it waits too while the workers that are there start', async () => {
    let isReady = false;
    await using fleet = await createFleet({
      respond: (call) => (isReady ? answerAll(call) : refuse(503, 'backbone_unavailable')),
      urls: URLS.slice(0, 1),
    });
    const asked = fleet.ask({}, { 'x-scale-up-timeout': '30' });
    await expect.poll(() => fleet.calls.length).toBeGreaterThan(1);
    isReady = true;
    expect((await asked).status).toBe(200);
  });

  test('503 after it, with Retry-After; and it counts as demand for a minute', async () => {
    await using fleet = await createFleet({ urls: [] });
    const { status, body, headers } = await fleet.ask({}, { 'x-scale-up-timeout': '0.1' });
    expect([status, body.error.code, headers.get('retry-after')]).toEqual([503, 'no_worker', '5']);
    await fleet.ask();
    await fleet.runPutOff();
    const stats = async () => (await fleet.json('/v1/admin/queue-stats')).body;
    expect(await stats()).toMatchObject({ waiting_predictions: 0, refused_predictions: 2, demand: 2 });
    fleet.clock.advance(60_001);
    expect(await stats()).toMatchObject({ refused_predictions: 0, demand: 0 });
  });

  test('a client that goes away is not waited for', async () => {
    await using fleet = await createFleet({ urls: [] });
    const abort = new AbortController();
    const asked = fleet
      .json('/v1/predict', {
        method: 'POST',
        json: { model: fleet.model, input: 'a' },
        headers: { 'x-scale-up-timeout': '600' },
        signal: abort.signal,
      })
      .catch(() => undefined);
    const waiting = async () => (await fleet.json('/v1/admin/queue-stats')).body.waiting_predictions;
    await expect.poll(waiting).toBe(1);
    abort.abort();
    await asked;
    await expect.poll(waiting).toBe(0);
  });

  test.each(['soon', '-1', ' '])('400: %j is not a number of seconds', async (value) => {
    await using fleet = await createFleet({ urls: [] });
    const { status, body } = await fleet.ask({}, { 'x-scale-up-timeout': value });
    expect([status, body.error.param]).toEqual([400, 'x-scale-up-timeout']);
  });
});

test('400: more answers than fit in one, said before any worker is asked', async () => {
  await using fleet = await createFleet();
  const { db } = fleet;
  const [job] = await db.select().from(jobs).limit(1);
  const [row] = await db.select().from(modelTable).limit(1);
  if (!job || !row) throw new Error('nothing was trained');
  const models = Array.from({ length: 101 }, (_, index) => `${row.id}-${index}`);
  for (const id of models) {
    await db.insert(jobs).values({ ...job, id });
    await db.insert(modelTable).values({ ...row, id, jobId: id });
  }
  const input = Array.from({ length: 256 }, () => 'a');
  const { status, body } = await fleet.ask({ model: undefined, models, input });
  expect([status, body.error.param]).toEqual([400, 'input']);
  expect(body.error.message).toContain('25856');
  expect((await fleet.ask({ model: undefined, models, input: input.slice(0, 253) })).status).toBe(200);
  expect(fleet.calls.map(({ adapters }) => adapters.length)).toEqual([101]);
});
