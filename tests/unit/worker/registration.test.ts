import { expect, test, vi } from 'vitest';
import { keepRegistered } from '../../../gpu-worker/src/gateway-api/registration.ts';
import { WorkerHeartbeat } from '../../../src/contract/worker-protocol.ts';
import type { WorkerHeartbeatMessage } from '../../../src/contract/worker-protocol.ts';

test('a heartbeat says what the worker has to do and holds; the last one, that it drains; then it leaves', async () => {
  const heartbeats: WorkerHeartbeatMessage[] = [];
  const left: string[] = [];
  const stop = new AbortController();
  const registration = await keepRegistered({
    client: {
      register: async () => ({ worker_id: 'wrk_1', heartbeat_interval_ms: 60_000 }),
      heartbeat: async (heartbeat) => void heartbeats.push(heartbeat),
      leave: async (id) => void left.push(id),
    },
    name: 'tested',
    url: 'http://127.0.0.1:1',
    accessToken: 'a'.repeat(43),
    device: 'cpu',
    backbones: () => ['tiny'],
    load: () => ({
      queuedInputs: 3,
      queuedTokens: 40,
      requestsInFlight: 2,
      residentAdapters: Array.from({ length: 2_000 }, (_, index) => index.toString(16).padStart(64, 'a')),
    }),
    signal: stop.signal,
  });
  registration.announce();
  await vi.waitUntil(() => heartbeats.length === 1);
  const [first] = heartbeats.map((heartbeat) => WorkerHeartbeat.parse(heartbeat));
  expect(first).toMatchObject({ queued_inputs: 3, queued_tokens: 40, in_flight: 2, is_draining: false });
  expect(first?.resident_adapters).toHaveLength(1_024);
  stop.abort();
  await registration.ended;
  expect(heartbeats.at(-1)?.is_draining).toBe(true);
  await registration.leave();
  expect(left).toEqual(['wrk_1']);
});
