import { expect, test, vi } from 'vitest';
import { Hono } from 'hono';
import { streamEvents } from '../../../src/gateway/routes/fine-tuning/stream-events.ts';
import type { GatewayEnv } from '../../../src/gateway/gateway-env.ts';

/** D1 takes a thousand queries of one request of a Worker; each look at a job's events makes two. */
const MAX_LOOKS = 500;

test('a stream of events that are without end ends by itself, tells the client to come back, and stays within the queries of a request', async () => {
  let looks = 0;
  const app = new Hono<GatewayEnv>();
  app.get('/', (c) =>
    streamEvents(c, async () => {
      looks += 1;
      const event = {
        id: `ftevent-${looks}`,
        object: 'fine_tuning.job.event',
        created_at: 1,
        level: 'info',
        message: 'm',
        type: 'message',
        data: null,
      } as const;
      return { events: [event], isLast: false };
    }),
  );
  const text = await (await app.request('/')).text();
  expect(looks).toBeLessThan(MAX_LOOKS);
  expect(text).toContain(`id: ftevent-${looks}`);
  expect(text.trimEnd().endsWith('retry: 1000')).toBe(true);
});

test('a stream in which nothing happens says so every few seconds, and ends after five minutes', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  try {
    let looks = 0;
    const app = new Hono<GatewayEnv>();
    app.get('/', (c) =>
      streamEvents(c, async () => {
        looks += 1;
        return { events: [], isLast: false };
      }),
    );
    const begunMs = performance.now();
    const reading = (await app.request('/')).text();
    const state = { isOver: false };
    void reading.then(() => (state.isOver = true));
    while (!state.isOver) await vi.advanceTimersByTimeAsync(500);
    const text = await reading;
    const seconds = (performance.now() - begunMs) / 1_000;
    expect(seconds).toBeLessThanOrEqual(305);
    expect(looks).toBeLessThan(MAX_LOOKS);
    const pings = text.split(': ping').length - 1;
    expect(pings).toBeGreaterThan(seconds / 5);
    expect(text.trimEnd().endsWith('retry: 1000')).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});
