import { expect, test } from 'vitest';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createScriptedWorkers } from '../../support/scripted-worker.ts';

test('200: probabilities in the order of the labels, for texts and tokens; logits where asked', async () => {
  const { workers } = createScriptedWorkers();
  await using gateway = await createGatewayWithWorker({ services: { workers } });
  const { model } = await gateway.trainModel();
  const ask = async (body: object) =>
    (await gateway.json('/classify', { method: 'POST', json: { model, ...body } })).body;
  const answer = await ask({ input: ['abc', 'abcdefgh'] });
  expect(answer).toMatchObject({
    object: 'list',
    model,
    usage: { prompt_tokens: 4, total_tokens: 4, completion_tokens: 0 },
  });
  expect(answer.id).toMatch(/^classify-/);
  expect(answer.data).toEqual([
    { index: 0, label: 'billing', probs: [0.7, 0.3], num_classes: 2 },
    { index: 1, label: 'bug', probs: [expect.closeTo(0.2, 10), 0.8], num_classes: 2 },
  ]);
  expect((await ask({ input: [97, 98, 99] })).data[0].probs).toEqual([0.7, 0.3]);
  expect((await ask({ input: 'abc', use_activation: false })).data[0].probs[0]).toBeCloseTo(Math.log(0.7), 10);
});

test('400, 401 and 404 in the shape of OpenAI', async () => {
  await using gateway = await createGatewayWithWorker({ services: createScriptedWorkers() });
  const ask = (json: object, secret?: null) =>
    gateway.json('/classify', { method: 'POST', json, ...(secret === null ? { secret } : {}) });
  expect(await ask({ model: 'm', input: [] })).toMatchObject({ status: 400, body: { error: { param: 'input' } } });
  expect(await ask({ model: 'm', input: 'a' }, null)).toMatchObject({
    status: 401,
    body: { error: { code: 'missing_api_key' } },
  });
  expect(await ask({ model: 'm', input: 'a' })).toMatchObject({
    status: 404,
    body: { error: { code: 'model_not_found' } },
  });
});
