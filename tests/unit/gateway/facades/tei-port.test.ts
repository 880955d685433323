import { expect, test } from 'vitest';
import { createTeiApp } from '../../../../src/gateway/facades/tei/app.ts';
import { createNodeGatewayWithWorker } from '../../../support/gateway-with-worker.ts';
import { createScriptedWorkers } from '../../../support/scripted-worker.ts';

const BACKBONE = 'all-minilm-l6-v2';

test('at the root of a port of its own, for one model', async () => {
  const { workers, asked } = createScriptedWorkers();
  await using gateway = await createNodeGatewayWithWorker({ services: { workers } });
  await gateway.startWorker();
  const app = createTeiApp(gateway.services, BACKBONE);
  const headers = { authorization: `Bearer ${gateway.secret}`, 'content-type': 'application/json' };
  const answer = await app.request('/embed', { method: 'POST', headers, body: JSON.stringify({ inputs: 'abc' }) });
  expect([answer.status, ((await answer.json()) as unknown[]).length]).toEqual([200, 1]);
  expect(asked.at(-1)?.request).toMatchObject({ backbone: BACKBONE });
  const body = JSON.stringify({ input: 'abc' });
  const openAi = await app.request('/v1/embeddings', { method: 'POST', headers, body });
  expect(await openAi.json()).toMatchObject({
    object: 'list',
    model: BACKBONE,
    data: [{ object: 'embedding', index: 0 }],
  });
  expect((await app.request('/health')).status).toBe(200);
  expect((await app.request('/v1/files', { headers })).status).toBe(404);
});
