import OpenAI, { NotFoundError } from 'openai';
import { expect, test } from 'vitest';
import { createWebhookSender } from '../../src/platform/node/webhook-sender.ts';
import { createTestGateway } from '../support/gateway.ts';
import { emit, startHttpReceiver } from '../support/webhooks.ts';

/** The unmodified client over real HTTP, and a real receiver. */
async function open() {
  const stack = new AsyncDisposableStack();
  const receiver = stack.use(await startHttpReceiver());
  const gateway = stack.use(
    await createTestGateway({ services: { webhooks: createWebhookSender({ allowPrivate: true }) } }),
  );
  // The client verifies by the real clock.
  gateway.clock.advance(Date.now() - gateway.clock.nowMs());
  const url = await gateway.listen();
  const client = new OpenAI({ apiKey: gateway.secret, baseURL: `${url}/v1`, maxRetries: 0 });
  return { client, receiver, gateway, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('creates, lists, changes, tests, rotates and deletes endpoints', async () => {
  await using opened = await open();
  const { client, receiver } = opened;
  const created = await client.webhooks.create({
    url: receiver.url,
    name: 'first',
    event_types: ['fine_tuning.job.succeeded'],
  });
  const second = await client.webhooks.create({
    url: receiver.url,
    name: 'second',
    event_types: ['fine_tuning.job.failed'],
  });
  const names: string[] = [];
  for await (const { name } of client.webhooks.list({ limit: 1 })) names.push(name);
  expect(names).toEqual(['second', 'first']);
  expect((await client.webhooks.update(second.id, { name: 'renamed' })).name).toBe('renamed');
  expect((await client.webhooks.retrieve(second.id)).signing_secret_hint).toBe(second.signing_secret_hint);
  expect((await client.webhooks.eventTypes.list()).data).toContain('fine_tuning.job.succeeded');
  expect(await client.webhooks.test(created.id, { event_type: 'fine_tuning.job.succeeded' })).toMatchObject({
    object: 'webhook_endpoint.test',
    status_code: 204,
    success: true,
    webhook_endpoint_id: created.id,
  });
  expect((await client.webhooks.rotateSecret(created.id)).signing_secret).not.toBe(created.signing_secret);
  expect(await client.webhooks.delete(created.id)).toEqual({
    id: created.id,
    object: 'webhook_endpoint.deleted',
    deleted: true,
  });
  await expect(client.webhooks.retrieve(created.id)).rejects.toBeInstanceOf(NotFoundError);
});

test('unwraps what the gateway sends, also with the old secret after a rotation', async () => {
  await using opened = await open();
  const { client, receiver, gateway } = opened;
  const { id, signing_secret: old } = await client.webhooks.create({
    url: receiver.url,
    name: 'x',
    event_types: ['fine_tuning.job.succeeded'],
  });
  const { signing_secret: rotated } = await client.webhooks.rotateSecret(id);
  const eventId = await emit(gateway);
  await gateway.run('runOutbox');
  const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
  for (const secret of [old, rotated]) {
    const event = await client.webhooks.unwrap(body, headers, secret);
    expect(event).toMatchObject({ id: eventId, object: 'event', type: 'fine_tuning.job.succeeded' });
  }
});
