import { Hono } from 'hono';
import { expect, test } from 'vitest';
import { answerJson } from '../../../src/gateway/answer-headers.ts';
import type { GatewayEnv } from '../../../src/gateway/gateway-env.ts';
import { standardHeaders } from '../../../src/gateway/middleware/standard-headers.ts';

function createTestApp() {
  const app = new Hono<GatewayEnv>();
  app.use(standardHeaders);
  app.use('/late-failure', async (_, next) => {
    await next();
    throw new Error('after the answer was made');
  });
  app.onError((error, c) => c.json({ error: error.message }, 500));
  app.get('/ordinary', (c) => c.json({ a: 1 }));
  app.get('/whole', (c) => answerJson(c, { a: 1 }, { 'x-queue-time': '1.5' }));
  app.get('/late-failure', (c) => answerJson(c, { a: 1 }, {}));
  return app;
}

const namesOf = ({ headers }: Response): string[] => [...headers.keys()].filter((name) => name !== 'x-queue-time');

test('an answer that is made with all its headers has those of every other, once, and its own', async () => {
  const app = createTestApp();
  const ordinary = await app.request('/ordinary', { headers: { 'x-request-id': 'mine' } });
  const whole = await app.request('/whole', { headers: { 'x-request-id': 'mine' } });
  expect(namesOf(whole)).toEqual(namesOf(ordinary));
  expect(whole.headers.get('x-queue-time')).toBe('1.5');
  for (const { headers } of [ordinary, whole]) {
    expect(headers.get('x-request-id')).toBe('mine');
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  }
  expect(await whole.json()).toEqual({ a: 1 });
});

test('an error after such an answer was made carries them too', async () => {
  const response = await createTestApp().request('/late-failure');
  expect(response.status).toBe(500);
  expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  expect(response.headers.get('x-frame-options')).toBe('SAMEORIGIN');
  expect(await response.json()).toEqual({ error: 'after the answer was made' });
});
