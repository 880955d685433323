import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test, vi } from 'vitest';
import { createBatcher } from '../../../../gpu-worker/src/batching/batcher.ts';
import { guessedCost } from '../../../../gpu-worker/src/batching/cost-model.ts';
import { createWorkerMetrics } from '../../../../gpu-worker/src/metrics/worker-metrics.ts';
import { createActivity } from '../../../../gpu-worker/src/server/activity.ts';
import { listen } from '../../../../gpu-worker/src/server/listen.ts';
import { createWorkerApp } from '../../../../gpu-worker/src/server/worker-app.ts';

const accessToken = 'a'.repeat(43);

test('a client that hangs up takes its inputs out of the queue, and its request is over', async () => {
  const batches: (() => void)[] = [];
  const batcher = createBatcher<Int32Array>({
    limits: () => ({ tokenBudget: 4, maxRows: 1, costOf: guessedCost(4) }),
    windowMs: 0,
    maxQueued: 100,
    standingMs: 1_000,
    freeCalls: 64,
    maxInFlight: 1,
    embed: (rows) =>
      new Promise((resolve) => {
        batches.push(() => resolve({ features: new Float32Array(rows.length), inferenceMs: 1 }));
      }),
  });
  const activity = createActivity();
  const none = () => 0;
  const metrics = createWorkerMetrics({
    queuedInputs: none,
    requestsInFlight: none,
    residentAdapters: none,
    pinnedAdapters: none,
    adapterBytes: none,
    featureBytes: () => ({ memory: 0, disk: 0 }),
  });
  const unasked = async () => Promise.reject(new Error('not asked for'));
  const app = createWorkerApp({
    accessToken,
    workerToken: accessToken,
    metrics,
    activity,
    health: () => ({ status: 'ready', device: 'cpu', backbones: ['tiny'], detail: null }),
    adapters: { pin: async () => {}, unpin: () => {}, pinned: [] },
    cache: { purge: async () => 0 },
    verbs: {
      predict: async ({ inputs }, signal) => {
        const wanted = inputs.map(({ text = '' }) => ({ key: text, size: 4, content: Int32Array.of(1) }));
        await batcher.embed(wanted, { priority: 'online', signal });
        return {
          data: [],
          usage: { input_tokens: 0, cached_inputs: 0 },
          timings: { queueMs: 0, tokenizationMs: 0, inferenceMs: 0 },
        };
      },
      embed: unasked,
      embed_tokens: unasked,
      tokenize: unasked,
      decode: unasked,
      graph: unasked,
      export: unasked,
    },
  });
  await using listener = await listen(app, { host: '127.0.0.1', port: 0 });
  const body = JSON.stringify({
    backbone: 'tiny',
    cache_salt: 's',
    adapters: [{ model: 'm', sha256: 'h', bytes: 1 }],
    inputs: [{ text: 'one' }, { text: 'two' }, { text: 'three' }],
  });
  const client = connect(listener.port, '127.0.0.1');
  await once(client, 'connect');
  client.write(
    `POST /predict HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${accessToken}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  await vi.waitUntil(() => batches.length === 1 && batcher.queuedInputs === 2);
  client.destroy();
  await vi.waitUntil(() => batcher.queuedInputs === 0 && activity.inFlight === 0);
  batches[0]?.();
  await vi.waitUntil(() => batcher.isIdle);
  expect(batches).toHaveLength(1);
  expect(metrics.text()).toContain('te_request_failure{err="client_gone"} 1');
});
