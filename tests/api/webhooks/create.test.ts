import { expect, test } from 'vitest';
import { WebhookEndpointWithSecret } from '../../../src/contract/index.ts';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';

const URL = 'https://example.com/hook';
const create = (gateway: TestGateway, json: unknown, secret?: string) =>
  gateway.json('/v1/webhook_endpoints', { method: 'POST', json, secret });

test('200: enabled, with its secret, for all that can happen unless told', async () => {
  await using gateway = await createTestGateway();
  const { status, body } = await create(gateway, { url: URL, name: 'ci' });
  expect(status).toBe(200);
  expect(WebhookEndpointWithSecret.parse(body)).toEqual(body);
  expect(body).toMatchObject({
    object: 'webhook_endpoint',
    url: URL,
    name: 'ci',
    event_types: [
      'fine_tuning.job.succeeded',
      'fine_tuning.job.failed',
      'fine_tuning.job.cancelled',
      'batch.completed',
      'batch.failed',
      'batch.expired',
      'batch.cancelled',
      'model.drift.detected',
    ],
    status: 'enabled',
    disabled_reason: null,
  });
  expect(body.id).toMatch(/^we_/);
  expect(body.signing_secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
});

test('200: the secret is in no later answer', async () => {
  await using gateway = await createTestGateway();
  const { body } = await create(gateway, { url: URL });
  for (const path of ['/v1/webhook_endpoints', `/v1/webhook_endpoints/${body.id}`]) {
    const later = JSON.stringify((await gateway.json(path)).body);
    expect(later).toContain(body.signing_secret_hint);
    expect(later).not.toContain(body.signing_secret);
  }
});

test('200: a type named twice counts once', async () => {
  await using gateway = await createTestGateway();
  const type = 'fine_tuning.job.failed';
  expect((await create(gateway, { url: URL, event_types: [type, type] })).body.event_types).toEqual([type]);
});

test.each([
  [{}, 'url'],
  [{ url: 'nonsense' }, 'url'],
  [{ url: 'ftp://example.com/' }, 'url'],
  [{ url: `https://example.com/${'x'.repeat(2_048)}` }, 'url'],
  [{ url: URL, event_types: [] }, 'event_types'],
  [{ url: URL, event_types: ['batch.begun'] }, 'event_types.0'],
  [{ url: URL, name: 'x'.repeat(129) }, 'name'],
])('400: %j', async (json, param) => {
  await using gateway = await createTestGateway();
  const { status, body } = await create(gateway, json);
  expect([status, body.error.param]).toEqual([400, param]);
});

test.each(['http://example.com/', 'https://127.0.0.1/', 'https://localhost/', 'https://user:pw@example.com/'])(
  '400: %s, and what to do',
  async (url) => {
    await using gateway = await createTestGateway({
      services: { webhooks: 'platform' },
    });
    const { status, body } = await create(gateway, { url });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'invalid_webhook_url', param: 'url' });
    expect(body.error.message).toContain('LEVIGATE_ALLOW_PRIVATE_WEBHOOKS=1');
  },
);

test('403: a key without webhooks:write', async () => {
  await using gateway = await createTestGateway();
  const secret = await gateway.createKey({ scopes: ['webhooks:read'] });
  expect((await create(gateway, { url: URL }, secret)).status).toBe(403);
});

test('409: no more than 20, also when asked for at once; another project has its own', async () => {
  await using gateway = await createTestGateway();
  const answers = await Promise.all(Array.from({ length: 22 }, () => create(gateway, { url: URL })));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(20);
  const refused = answers.find(({ status }) => status !== 200);
  expect([refused?.status, refused?.body.error.code]).toEqual([409, 'limit_reached']);
  const other = await gateway.createProject();
  expect((await create(gateway, { url: URL }, other.secret)).status).toBe(200);
});
