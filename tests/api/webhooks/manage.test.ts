import { describe, expect, test } from 'vitest';
import { createTestGateway } from '../../support/gateway.ts';
import { answered, createEndpoint, createFakeSender, deliveriesOf, emit } from '../../support/webhooks.ts';

const ENDPOINTS = '/v1/webhook_endpoints';

describe('GET /v1/webhook_endpoints', () => {
  test('200: pages newest first, of this project only', async () => {
    await using gateway = await createTestGateway();
    await createEndpoint(gateway, {}, (await gateway.createProject()).secret);
    for (const name of ['a', 'b', 'c']) await createEndpoint(gateway, { name });
    const { body: first } = await gateway.json(`${ENDPOINTS}?limit=2`);
    expect(first).toMatchObject({ object: 'list', data: [{ name: 'c' }, { name: 'b' }], has_more: true });
    const { body: rest } = await gateway.json(`${ENDPOINTS}?limit=2&after=${first.last_id}`);
    expect(rest).toMatchObject({ data: [{ name: 'a' }], has_more: false });
  });

  test('400: a limit beyond the page', async () => {
    await using gateway = await createTestGateway();
    expect((await gateway.json(`${ENDPOINTS}?limit=101`)).body.error.param).toBe('limit');
  });
});

describe('POST /v1/webhook_endpoints/{id}', () => {
  test('200: changes what is given and keeps the rest', async () => {
    await using gateway = await createTestGateway();
    const { id, signing_secret: _, ...before } = await createEndpoint(gateway, { name: 'a' });
    const json = { url: 'https://example.org/', event_types: ['fine_tuning.job.failed'] };
    const { status, body } = await gateway.json(`${ENDPOINTS}/${id}`, { method: 'POST', json });
    expect({ status, body }).toEqual({ status: 200, body: { ...before, id, ...json } });
    expect((await gateway.json(`${ENDPOINTS}/${id}`)).body).toEqual(body);
  });

  test('200: nothing to change, with a body and without', async () => {
    await using gateway = await createTestGateway();
    const { id, name } = await createEndpoint(gateway, { name: 'a' });
    for (const options of [{ json: {} }, {}]) {
      expect((await gateway.json(`${ENDPOINTS}/${id}`, { method: 'POST', ...options })).body.name).toBe(name);
    }
  });

  test('200: what is pending goes to the new URL', async () => {
    const sender = createFakeSender((attempt) => answered(attempt === 1 ? 500 : 200));
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    await emit(gateway);
    await gateway.run('runOutbox');
    await gateway.json(`${ENDPOINTS}/${id}`, { method: 'POST', json: { url: 'https://example.org/new' } });
    gateway.clock.advance(60_000);
    await gateway.run('runOutbox');
    expect(sender.sent.map(({ url }) => url)).toEqual(['https://example.com/hook', 'https://example.org/new']);
  });

  test('200: disabled it gets nothing, what was pending fails; enabled it gets what happens from then on', async () => {
    const sender = createFakeSender((attempt) => answered(attempt === 1 ? 500 : 200));
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    const set = (status: string) => gateway.json(`${ENDPOINTS}/${id}`, { method: 'POST', json: { status } });
    await emit(gateway);
    await gateway.run('runOutbox');
    expect((await set('disabled')).body).toMatchObject({ status: 'disabled', disabled_reason: 'disabled on request' });
    await emit(gateway);
    await gateway.run('runOutbox');
    expect((await set('enabled')).body).toMatchObject({ status: 'enabled', disabled_reason: null });
    await emit(gateway);
    await gateway.run('runOutbox');
    expect((await deliveriesOf(gateway, id)).map(({ status }) => status)).toEqual(['delivered', 'failed']);
  });

  test('400: a private URL changes nothing', async () => {
    await using gateway = await createTestGateway({
      services: { webhooks: 'platform' },
    });
    const { id, url } = await createEndpoint(gateway);
    const json = { url: 'https://10.0.0.1/', name: 'b' };
    const { status, body } = await gateway.json(`${ENDPOINTS}/${id}`, { method: 'POST', json });
    expect([status, body.error.code]).toEqual([400, 'invalid_webhook_url']);
    expect((await gateway.json(`${ENDPOINTS}/${id}`)).body).toMatchObject({ url, name: null });
  });
});

describe('DELETE /v1/webhook_endpoints/{id}', () => {
  test('200: it is gone with its log, and gets nothing more', async () => {
    const sender = createFakeSender(() => answered(500));
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    await emit(gateway);
    await gateway.run('runOutbox');
    const { status, body } = await gateway.json(`${ENDPOINTS}/${id}`, { method: 'DELETE' });
    expect({ status, body }).toEqual({ status: 200, body: { id, object: 'webhook_endpoint.deleted', deleted: true } });
    expect((await gateway.json(`${ENDPOINTS}/${id}`)).status).toBe(404);
    await emit(gateway);
    expect(await gateway.run('runOutbox')).toEqual({ nextDueMs: null });
    expect(sender.sent).toHaveLength(1);
  });
});

describe('POST /v1/webhook_endpoints/{id}/rotate_secret', () => {
  test('200: shows a new secret, and the hint changes with it', async () => {
    await using gateway = await createTestGateway();
    const endpoint = await createEndpoint(gateway);
    const { status, body } = await gateway.json(`${ENDPOINTS}/${endpoint.id}/rotate_secret`, { method: 'POST' });
    expect(status).toBe(200);
    expect(body.signing_secret).toMatch(/^whsec_/);
    expect(body.signing_secret).not.toBe(endpoint.signing_secret);
    expect(body.signing_secret_hint).not.toBe(endpoint.signing_secret_hint);
  });

  test.each([
    [{}, 2],
    [{ keep_old_secret_active_for_24_hours: true }, 2],
    [{ keep_old_secret_active_for_24_hours: false }, 1],
  ])('200: after %j deliveries carry %i signatures', async (json, signatures) => {
    const sender = createFakeSender(() => answered(200));
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    await gateway.json(`${ENDPOINTS}/${id}/rotate_secret`, { method: 'POST', json });
    await emit(gateway);
    await gateway.run('runOutbox');
    expect(sender.sent[0]?.headers['webhook-signature']?.split(' ')).toHaveLength(signatures);
  });
});

describe('GET /v1/webhook_event_types', () => {
  test('200: what an endpoint can ask for', async () => {
    await using gateway = await createTestGateway();
    const { body } = await gateway.json('/v1/webhook_event_types');
    expect(body.object).toBe('list');
    expect(body.data).toContain('fine_tuning.job.succeeded');
  });
});

const ROUTES = [
  ['GET', '', 'webhooks:read'],
  ['POST', '', 'webhooks:write'],
  ['DELETE', '', 'webhooks:write'],
  ['POST', '/rotate_secret', 'webhooks:write'],
  ['POST', '/test', 'webhooks:write'],
  ['GET', '/deliveries', 'webhooks:read'],
  ['POST', '/deliveries/whd_x/replay', 'webhooks:write'],
] as const;

test.each(ROUTES)('404: %s {id}%s tells a hidden endpoint and a missing one alike', async (method, path) => {
  await using gateway = await createTestGateway();
  const hidden = await createEndpoint(gateway, {}, (await gateway.createProject()).secret);
  const answers = [];
  for (const id of [hidden.id, 'we_missing']) {
    const { status, body } = await gateway.json(`${ENDPOINTS}/${id}${path}`, { method });
    answers.push({ status, error: { ...body.error, message: body.error.message.replace(id, 'ID') } });
  }
  expect(answers[0]).toMatchObject({ status: 404, error: { code: 'webhook_endpoint_not_found' } });
  expect(answers[0]).toEqual(answers[1]);
});

test.each(ROUTES)('403: %s {id}%s for a key without %s', async (method, path, scope) => {
  await using gateway = await createTestGateway();
  const { id } = await createEndpoint(gateway);
  const other = scope === 'webhooks:read' ? 'webhooks:write' : 'webhooks:read';
  const secret = await gateway.createKey({ scopes: [other] });
  const { status, body } = await gateway.json(`${ENDPOINTS}/${id}${path}`, { method, secret });
  expect([status, body.error.code]).toEqual([403, 'insufficient_scope']);
});
