import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { WorkerPredictRequest } from '../../../src/contract/index.ts';
import type { WorkerPredictResponse } from '../../../src/contract/index.ts';
import type { WorkerTransport } from '../../../src/services/ports.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import type { GatewayWithWorker } from '../../support/gateway-with-worker.ts';

const driftReference = { rows: 100, labels: { billing: 60, bug: 40 } };
const BACKBONE = 'all-minilm-l6-v2';

/** Answers a text "LABEL SHIFT" with that label and that shift score. */
const workers: WorkerTransport = {
  post: async ({ body }) => {
    const { adapters, inputs } = WorkerPredictRequest.parse(JSON.parse(body));
    const data = adapters.flatMap(({ model }) =>
      inputs.map(({ text = '' }, index) => {
        const [label = '', shift] = text.split(' ');
        const scored = { label, score: 1 };
        const known = shift === 'null' ? null : Number(shift);
        return {
          object: 'prediction' as const,
          index,
          model,
          ...scored,
          labels: [scored],
          disagreement: 0,
          shift_score: known,
        };
      }),
    );
    const usage = { input_tokens: 1, cached_inputs: 0 };
    const timings = { queueMs: 0, tokenizationMs: 0, inferenceMs: 0 };
    return { status: 200, body: JSON.stringify({ data, usage, timings } satisfies WorkerPredictResponse) };
  },
};

const createDriftGateway = () => createGatewayWithWorker({ services: { workers }, driftReference });

interface Asked {
  readonly count: number;
  readonly shift: number | null;
  /** Of 20 predictions, those of `billing`. */
  readonly billing?: number;
  readonly monitor?: boolean;
}

async function predict(
  gateway: GatewayWithWorker,
  models: readonly string[],
  { count, shift, billing = 12, ...options }: Asked,
): Promise<void> {
  const input = Array.from({ length: count }, (_, row) => `${row % 20 < billing ? 'billing' : 'bug'} ${shift}`);
  const { status } = await gateway.json('/v1/predict', { method: 'POST', json: { models, input, ...options } });
  if (status !== 200) throw new Error(`predict answered ${status}`);
}

const driftOf = async (gateway: GatewayWithWorker, model: string) =>
  (await gateway.json(`/v1/models/${model}/drift`)).body;

const eventsOf = async (gateway: GatewayWithWorker) =>
  (await gateway.db.query.webhookEvents.findMany()).filter(({ type }) => type === 'model.drift.detected');

describe('200', () => {
  test('a model that was not asked yet collects, and shows what it is compared with', async () => {
    await using gateway = await createDriftGateway();
    const { model } = await gateway.trainModel();
    expect(await driftOf(gateway, model)).toEqual({
      object: 'model.drift',
      model,
      state: 'collecting',
      since: null,
      collected: { rows: 0, needed: 200 },
      reference: { rows: 100, label_rates: { billing: 0.6, bug: 0.4 } },
      windows: [],
    });
  });

  test('predictions count once they are written, windows once they are full', async () => {
    await using gateway = await createDriftGateway();
    const { model } = await gateway.trainModel();
    await predict(gateway, [model], { count: 100, shift: 0.5 });
    expect((await driftOf(gateway, model)).collected.rows).toBe(0);
    await gateway.runPutOff();
    expect(await driftOf(gateway, model)).toMatchObject({ state: 'collecting', collected: { rows: 100 } });
    await predict(gateway, [model], { count: 60, shift: 0.4 });
    await predict(gateway, [model], { count: 60, shift: 0.6 });
    await gateway.runPutOff();
    const { state, since, collected, windows } = await driftOf(gateway, model);
    expect({ state, collected }).toEqual({ state: 'stable', collected: { rows: 0, needed: 200 } });
    expect(since).toBe(gateway.clock.nowMs() / 1000);
    expect(windows).toHaveLength(1);
    expect(windows[0]).toMatchObject({ rows: 220, label_distance: 0 });
    expect(windows[0].label_p).toBeCloseTo(1, 10);
    expect(windows[0].mean_shift).toBeCloseTo(0.5, 10);
    expect(windows[0].label_rates.billing).toBeCloseTo(0.6, 10);
    expect(await eventsOf(gateway)).toEqual([]);
  });

  test.each([
    ['inputs turn atypical', { shift: 0.75 }],
    ['inputs turn all alike', { shift: 0.2 }],
    ['label rates change', { shift: 0.5, billing: 4 }],
  ])('%s: one event for a drift of several windows, and another after its return', async (_, drift) => {
    await using gateway = await createDriftGateway();
    const { model } = await gateway.trainModel();
    const wakes = await gateway.countWakes();
    const window = async (asked: Omit<Asked, 'count'>) => {
      await predict(gateway, [model], { count: 200, ...asked });
      gateway.clock.advance(1_000);
      await gateway.runPutOff();
      return (await driftOf(gateway, model)).state;
    };
    expect(await window({ shift: 0.5 })).toBe('stable');
    expect(await window(drift)).toBe('drifting');
    expect(await window(drift)).toBe('drifting');
    const [event, ...more] = await eventsOf(gateway);
    expect(more).toEqual([]);
    expect(event).toMatchObject({ projectId: gateway.projectId, body: { data: { id: model } } });
    expect(await gateway.countWakes()).toBe(wakes + 1);
    const began = (await driftOf(gateway, model)).since;
    expect(began).toBe((gateway.clock.nowMs() - 1_000) / 1000);
    expect(await window({ shift: 0.5 })).toBe('stable');
    expect(await window(drift)).toBe('drifting');
    expect(await eventsOf(gateway)).toHaveLength(2);
  });

  test('monitor false and predictions without a shift score are left out', async () => {
    await using gateway = await createDriftGateway();
    const { model } = await gateway.trainModel();
    await predict(gateway, [model], { count: 200, shift: 0.9, monitor: false });
    await predict(gateway, [model], { count: 200, shift: null });
    await gateway.runPutOff();
    expect(await driftOf(gateway, model)).toMatchObject({ state: 'collecting', collected: { rows: 0 } });
  });

  test('each model of a request is watched by itself, and one deleted meanwhile troubles no other', async () => {
    await using gateway = await createDriftGateway();
    const first = await gateway.trainModel();
    const second = await gateway.trainModel();
    await predict(gateway, [first.model, second.model], { count: 150, shift: 0.5 });
    await gateway.json(`/v1/models/${first.model}`, { method: 'DELETE' });
    await gateway.runPutOff();
    expect((await driftOf(gateway, second.model)).collected.rows).toBe(150);
    expect(await gateway.db.query.driftTallies.findMany()).toHaveLength(1);
  });

  test('what could not be written is written with the next predictions', async () => {
    await using gateway = await createDriftGateway();
    const { model } = await gateway.trainModel();
    await predict(gateway, [model], { count: 30, shift: 0.5 });
    await gateway.db.run(
      sql`create trigger full before insert on drift_tallies begin select raise(abort, 'the disk is full'); end`,
    );
    await expect(gateway.runPutOff()).rejects.toThrow('the disk is full');
    await gateway.db.run(sql`drop trigger full`);
    await predict(gateway, [model], { count: 10, shift: 0.5 });
    await gateway.runPutOff();
    expect((await driftOf(gateway, model)).collected.rows).toBe(40);
  });

  test('a backbone, and a model of an earlier release, have nothing to compare with', async () => {
    await using gateway = await createGatewayWithWorker({ services: { workers } });
    const { model } = await gateway.trainModel();
    await predict(gateway, [model], { count: 200, shift: 0.9 });
    await gateway.runPutOff();
    for (const id of [model, BACKBONE]) {
      expect(await driftOf(gateway, id)).toMatchObject({
        model: id,
        state: 'unavailable',
        reference: null,
        windows: [],
      });
    }
  });

  test('a deleted model leaves nothing of its watch behind', async () => {
    await using gateway = await createDriftGateway();
    const { model } = await gateway.trainModel();
    await predict(gateway, [model], { count: 200, shift: 0.5 });
    await gateway.runPutOff();
    await predict(gateway, [model], { count: 20, shift: 0.5 });
    await gateway.runPutOff();
    await gateway.json(`/v1/models/${model}`, { method: 'DELETE' });
    const { db } = gateway;
    expect(await db.query.driftStates.findMany()).toEqual([]);
    expect(await db.query.driftTallies.findMany()).toEqual([]);
  });
});

test('numbers are counted by the ranges of the validation answers', async () => {
  const numbers: WorkerTransport = {
    post: async ({ body }) => {
      const { adapters, inputs } = WorkerPredictRequest.parse(JSON.parse(body));
      const data = inputs.map(({ text }, index) => ({
        object: 'prediction' as const,
        index,
        model: adapters[0]?.model ?? '',
        label: null,
        score: null,
        labels: [],
        value: Number(text),
        disagreement: 0,
        shift_score: 0.5,
      }));
      const usage = { input_tokens: 1, cached_inputs: 0 };
      const timings = { queueMs: 0, tokenizationMs: 0, inferenceMs: 0 };
      return { status: 200, body: JSON.stringify({ data, usage, timings } satisfies WorkerPredictResponse) };
    },
  };
  const reference = { rows: 100, labels: { 'below 10': 50, '10 and above': 50 }, cuts: [10] };
  await using gateway = await createGatewayWithWorker({ services: { workers: numbers }, driftReference: reference });
  const { model } = await gateway.trainModel();
  const input = Array.from({ length: 200 }, (_, row) => String(row % 4 === 0 ? 9.5 : 10));
  await gateway.json('/v1/predict', { method: 'POST', json: { model, input } });
  await gateway.runPutOff();
  const { state, windows } = await driftOf(gateway, model);
  expect(state).toBe('drifting');
  expect(windows[0]).toMatchObject({ label_rates: { 'below 10': 0.25, '10 and above': 0.75 }, label_distance: 0.25 });
});

test('two gateways that judge one window at once make one of it', async () => {
  await using gateway = await createDriftGateway();
  const { model } = await gateway.trainModel();
  const { addDriftTallies } = await import('../../../src/store/queries/drift.ts');
  const { db, projectId } = gateway;
  const tally = { id: 'drift_a', modelId: model, rows: 200, shiftSum: 190, labels: { billing: 200 } };
  const deleted = { ...tally, id: 'drift_b', modelId: 'ft:gone' };
  expect(await addDriftTallies(db, [tally, deleted])).toEqual(new Map([[model, 200]]));
  await Promise.all([1, 2, 3].map(() => gateway.run('judgeWindow', { id: model, projectId })));
  expect((await driftOf(gateway, model)).windows).toHaveLength(1);
  expect(await eventsOf(gateway)).toHaveLength(1);
});

test("404: another project's model, and none", async () => {
  await using gateway = await createDriftGateway();
  const { secret } = await gateway.createProject();
  const { model } = await gateway.trainModel({ secret });
  for (const id of [model, 'ft:none']) {
    const { status, body } = await gateway.json(`/v1/models/${id}/drift`);
    expect({ status, code: body.error.code }).toEqual({ status: 404, code: 'model_not_found' });
  }
});

test('403: the key lacks models:read', async () => {
  await using gateway = await createDriftGateway();
  const secret = await gateway.createKey({ scopes: ['predict'] });
  expect((await gateway.json(`/v1/models/${BACKBONE}/drift`, { secret })).status).toBe(403);
});
