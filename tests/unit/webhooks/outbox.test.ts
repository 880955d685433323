import { eq } from 'drizzle-orm';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test, vi } from 'vitest';
import { createWebhookSender } from '../../../src/platform/node/webhook-sender.ts';
import type { Services } from '../../../src/services/ports.ts';
import { deliverDueWebhooks } from '../../../src/services/webhooks/deliver-due.ts';
import { fanOutWebhookEvents } from '../../../src/services/webhooks/fan-out-events.ts';
import { MAX_ATTEMPTS } from '../../../src/services/webhooks/retry-schedule.ts';
import { runOutbox } from '../../../src/services/webhooks/run-outbox.ts';
import { webhookDeliveries, webhookEvents } from '../../../src/store/schema.ts';
import { createNodeGateway } from '../../support/gateway.ts';
import type { NodeGateway } from '../../support/gateway.ts';
import {
  answered,
  createEndpoint,
  createFakeSender,
  deliveriesOf,
  emit,
  startHttpReceiver,
} from '../../support/webhooks.ts';

const DAY_MS = 24 * 3_600_000;

const gatewayWith = (services: Partial<Services>): Promise<NodeGateway> => createNodeGateway({ services });
const isEnabled = async (gateway: NodeGateway, id: string): Promise<boolean> =>
  (await gateway.json(`/v1/webhook_endpoints/${id}`)).body.status === 'enabled';

/** Lets the next attempt become due, and makes it. */
async function nextAttempt({ services, clock }: NodeGateway): Promise<void> {
  const { nextDueMs } = await runOutbox(services);
  if (nextDueMs === null) throw new Error('nothing is pending');
  clock.advance(nextDueMs - clock.nowMs());
  await runOutbox(services);
}

describe('fan-out', () => {
  test('one delivery per enabled endpoint of the project that wants the type', async () => {
    await using gateway = await createNodeGateway();
    const other = await gateway.createProject();
    const wants = await createEndpoint(gateway);
    const wantsAnother = await createEndpoint(gateway, { event_types: ['fine_tuning.job.failed'] });
    const disabled = await createEndpoint(gateway);
    await gateway.json(`/v1/webhook_endpoints/${disabled.id}`, { method: 'POST', json: { status: 'disabled' } });
    await createEndpoint(gateway, {}, other.secret);
    const eventId = await emit(gateway);
    await fanOutWebhookEvents(gateway.services);
    const rows = await gateway.services.db.select().from(webhookDeliveries);
    expect(rows).toMatchObject([{ endpointId: wants.id, eventId, status: 'pending', attempts: 0 }]);
    expect(await deliveriesOf(gateway, wantsAnother.id)).toEqual([]);
  });

  test('twice at once, and again after a crash before the mark, is one delivery', async () => {
    await using gateway = await createNodeGateway();
    const endpoint = await createEndpoint(gateway);
    const eventId = await emit(gateway);
    await Promise.all([fanOutWebhookEvents(gateway.services), fanOutWebhookEvents(gateway.services)]);
    await gateway.services.db.update(webhookEvents).set({ fannedOutMs: null }).where(eq(webhookEvents.id, eventId));
    await fanOutWebhookEvents(gateway.services);
    expect(await deliveriesOf(gateway, endpoint.id)).toHaveLength(1);
  });

  test('empties an outbox of more events than one batch takes', async () => {
    await using gateway = await createNodeGateway();
    const endpoint = await createEndpoint(gateway);
    for (let index = 0; index < 201; index += 1) await emit(gateway);
    await fanOutWebhookEvents(gateway.services);
    const rows = await gateway.services.db.select().from(webhookDeliveries);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(201);
    expect(rows.every(({ endpointId }) => endpointId === endpoint.id)).toBe(true);
  });
});

describe('delivery', () => {
  test('reaches a real receiver, signed so that standardwebhooks accepts it, and is logged', async () => {
    await using receiver = await startHttpReceiver();
    await using gateway = await gatewayWith({ webhooks: createWebhookSender({ allowPrivate: true }) });
    // The verifier has the real clock.
    gateway.clock.advance(Date.now() - gateway.clock.nowMs());
    const endpoint = await createEndpoint(gateway, { url: receiver.url });
    const eventId = await emit(gateway);
    expect(await runOutbox(gateway.services)).toEqual({ nextDueMs: null });
    expect(receiver.received).toHaveLength(1);
    const [{ headers, body } = { headers: {}, body: '' }] = receiver.received;
    expect(new Webhook(endpoint.signing_secret).verify(body, headers as Record<string, string>)).toMatchObject({
      id: eventId,
      object: 'event',
      type: 'fine_tuning.job.succeeded',
    });
    expect(headers).toMatchObject({ 'webhook-id': eventId, 'content-type': 'application/json' });
    const [delivery] = await deliveriesOf(gateway, endpoint.id);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, response_status: 204, error: null });
    expect(delivery?.next_attempt_at).toBeNull();
  });

  test('is retried by the schedule under the same webhook-id with a new timestamp, until it is accepted', async () => {
    const sender = createFakeSender((attempt) => answered(attempt < 3 ? 500 : 200));
    await using gateway = await gatewayWith({ webhooks: sender });
    const endpoint = await createEndpoint(gateway);
    const eventId = await emit(gateway);
    await runOutbox(gateway.services);
    expect(await deliveriesOf(gateway, endpoint.id)).toMatchObject([
      { status: 'pending', attempts: 1, response_status: 500, error: 'the receiver answered 500' },
    ]);
    await runOutbox(gateway.services);
    expect(sender.sent).toHaveLength(1);
    await nextAttempt(gateway);
    await nextAttempt(gateway);
    expect(sender.sent.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId, eventId]);
    expect(new Set(sender.sent.map(({ body }) => body)).size).toBe(1);
    const times = sender.sent.map(({ headers }) => Number(headers['webhook-timestamp']));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(3);
    expect(await deliveriesOf(gateway, endpoint.id)).toMatchObject([{ status: 'delivered', attempts: 3, error: null }]);
  });

  test('fails when all attempts are used up, and the endpoint is disabled with the reason', async () => {
    const sender = createFakeSender(() => {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    });
    await using gateway = await gatewayWith({ webhooks: sender });
    const endpoint = await createEndpoint(gateway);
    await emit(gateway);
    for (let attempt = 1; attempt < MAX_ATTEMPTS; attempt += 1) {
      expect((await runOutbox(gateway.services)).nextDueMs).not.toBeNull();
      gateway.clock.advance(2 * DAY_MS);
    }
    // A second one shares the endpoint's fate though its own attempts are not used up.
    await emit(gateway);
    expect(await runOutbox(gateway.services)).toEqual({ nextDueMs: null });
    const [second, first] = await deliveriesOf(gateway, endpoint.id);
    const error = 'the connection was refused';
    expect(first).toMatchObject({ status: 'failed', attempts: MAX_ATTEMPTS, error, next_attempt_at: null });
    expect(second).toMatchObject({ status: 'failed', next_attempt_at: null });
    expect((await gateway.json(`/v1/webhook_endpoints/${endpoint.id}`)).body).toMatchObject({
      status: 'disabled',
      disabled_reason: `a delivery failed ${MAX_ATTEMPTS} times, at last: ${error}`,
    });
    await emit(gateway);
    expect(await runOutbox(gateway.services)).toEqual({ nextDueMs: null });
    expect(await deliveriesOf(gateway, endpoint.id)).toHaveLength(2);
  });

  test('410 disables the endpoint at once', async () => {
    await using gateway = await gatewayWith({ webhooks: createFakeSender(() => answered(410)) });
    const endpoint = await createEndpoint(gateway);
    await emit(gateway);
    expect(await runOutbox(gateway.services)).toEqual({ nextDueMs: null });
    expect(await deliveriesOf(gateway, endpoint.id)).toMatchObject([{ status: 'failed', response_status: 410 }]);
    expect(await isEnabled(gateway, endpoint.id)).toBe(false);
  });

  test.each([300, 302, 304, 400, 404])('%i is a failure, and retried', async (status) => {
    await using gateway = await gatewayWith({ webhooks: createFakeSender(() => answered(status)) });
    const endpoint = await createEndpoint(gateway);
    await emit(gateway);
    await runOutbox(gateway.services);
    expect(await deliveriesOf(gateway, endpoint.id)).toMatchObject([{ status: 'pending', response_status: status }]);
    expect(await isEnabled(gateway, endpoint.id)).toBe(true);
  });

  test.each([
    [429, '120', 120_000],
    [502, '120', 120_000],
    [503, new Date(Date.UTC(2026, 10, 1) + 300_000).toUTCString(), 300_000],
    [504, '99999999', DAY_MS],
    [429, null, 5_000],
    [500, '120', 5_000],
  ])('%i with Retry-After %j comes back after %i ms', async (status, retryAfter, waitMs) => {
    await using gateway = await gatewayWith({ webhooks: createFakeSender(() => answered(status, retryAfter)) });
    await createEndpoint(gateway);
    await emit(gateway);
    const { nextDueMs } = await runOutbox(gateway.services);
    const waited = (nextDueMs ?? 0) - gateway.clock.nowMs();
    expect(waited).toBeGreaterThanOrEqual(waitMs);
    expect(waited).toBeLessThanOrEqual(waitMs * 1.1 + 1);
  });

  test('a stop does not wait for a receiver that hangs, and the delivery stays due as though untried', async () => {
    await using receiver = await startHttpReceiver(() => ({
      status: 204,
      ...(receiver.received.length === 1 ? { hangs: 'before_headers' } : {}),
    }));
    await using gateway = await gatewayWith({ webhooks: createWebhookSender({ allowPrivate: true }) });
    const { id } = await createEndpoint(gateway, { url: receiver.url });
    await emit(gateway);
    const stop = new AbortController();
    const run = runOutbox(gateway.services, stop.signal);
    await vi.waitUntil(() => receiver.received.length === 1);
    stop.abort();
    expect(await run).toEqual({ nextDueMs: gateway.clock.nowMs() });
    expect(await deliveriesOf(gateway, id)).toMatchObject([{ status: 'pending', attempts: 0, error: null }]);
    await runOutbox(gateway.services);
    expect(await deliveriesOf(gateway, id)).toMatchObject([{ status: 'delivered', attempts: 1 }]);
  });

  test('an outbox that is stopped takes nothing', async () => {
    const sender = createFakeSender(() => answered(204));
    await using gateway = await gatewayWith({ webhooks: sender });
    const { id } = await createEndpoint(gateway);
    await emit(gateway);
    await runOutbox(gateway.services, AbortSignal.abort());
    expect(sender.sent).toEqual([]);
    expect(await deliveriesOf(gateway, id)).toEqual([]);
  });

  test('a receiver that hangs does not hold up another', async () => {
    const hanging = Promise.withResolvers<ReturnType<typeof answered>>();
    const reached = Promise.withResolvers<void>();
    const sender = createFakeSender(() => answered(200));
    const send: typeof sender.send = (request) => {
      if (request.url.endsWith('/hangs')) return hanging.promise;
      reached.resolve();
      return sender.send(request);
    };
    await using gateway = await gatewayWith({ webhooks: { ...sender, send } });
    await createEndpoint(gateway, { url: 'https://example.com/hangs', event_types: ['fine_tuning.job.failed'] });
    await createEndpoint(gateway, { event_types: ['fine_tuning.job.succeeded'] });
    await emit(gateway, { type: 'fine_tuning.job.failed' });
    const run = runOutbox(gateway.services);
    await emit(gateway);
    await reached.promise;
    hanging.resolve(answered(200));
    expect(await run).toEqual({ nextDueMs: null });
  });
});

describe('leases', () => {
  test('two gateways over one database send each delivery once', async () => {
    const sender = createFakeSender(() => answered(200));
    await using gateway = await gatewayWith({ webhooks: sender });
    const endpoint = await createEndpoint(gateway);
    const events = new Set<string>();
    for (let index = 0; index < 40; index += 1) events.add(await emit(gateway));
    await Promise.all([runOutbox(gateway.services), runOutbox(gateway.services)]);
    expect(sender.sent).toHaveLength(events.size);
    expect(new Set(sender.sent.map(({ headers }) => headers['webhook-id']))).toEqual(events);
    expect((await deliveriesOf(gateway, endpoint.id)).every(({ status }) => status === 'delivered')).toBe(true);
  });

  test('a gateway that dies between claim and record loses nothing: sent again later, under the same webhook-id', async () => {
    const sender = createFakeSender(() => answered(200));
    await using gateway = await gatewayWith({ webhooks: sender });
    const { services, clock } = gateway;
    const endpoint = await createEndpoint(gateway);
    const eventId = await emit(gateway);
    await fanOutWebhookEvents(services);
    const dead: Services = { ...services, webhooks: { ...sender, send: () => new Promise(() => {}) } };
    expect(await deliverDueWebhooks(dead, { limit: 10 })).toHaveLength(1);
    await runOutbox(services);
    expect(sender.sent).toHaveLength(0);
    clock.advance(60_000);
    await runOutbox(services);
    expect(sender.sent.map(({ headers }) => headers['webhook-id'])).toEqual([eventId]);
    expect(await deliveriesOf(gateway, endpoint.id)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
  });

  test('what comes back after another attempt began does not overwrite it', async () => {
    const late = Promise.withResolvers<ReturnType<typeof answered>>();
    const sender = createFakeSender((attempt) => (attempt === 1 ? late.promise : answered(200)));
    await using gateway = await gatewayWith({ webhooks: sender });
    const { services, clock } = gateway;
    const endpoint = await createEndpoint(gateway);
    await emit(gateway);
    await fanOutWebhookEvents(services);
    const slow = await deliverDueWebhooks(services, { limit: 10 });
    clock.advance(60_000);
    await runOutbox(services);
    late.resolve(answered(500));
    await Promise.all(slow);
    expect(await deliveriesOf(gateway, endpoint.id)).toMatchObject([{ status: 'delivered', attempts: 2 }]);
  });

  test('an endpoint deleted while a delivery is on its way ends in no error', async () => {
    const { promise, resolve } = Promise.withResolvers<ReturnType<typeof answered>>();
    await using gateway = await gatewayWith({ webhooks: createFakeSender(() => promise) });
    const endpoint = await createEndpoint(gateway);
    await emit(gateway);
    await fanOutWebhookEvents(gateway.services);
    const sending = await deliverDueWebhooks(gateway.services, { limit: 1 });
    await gateway.json(`/v1/webhook_endpoints/${endpoint.id}`, { method: 'DELETE' });
    resolve(answered(500));
    await Promise.all(sending);
    expect(await gateway.services.db.select().from(webhookDeliveries)).toEqual([]);
  });
});

describe('rotation', () => {
  test('signs with both secrets for 24 hours, then with the new one alone', async () => {
    const sender = createFakeSender(() => answered(200));
    await using gateway = await gatewayWith({ webhooks: sender });
    const endpoint = await createEndpoint(gateway);
    const rotated = await gateway.json(`/v1/webhook_endpoints/${endpoint.id}/rotate_secret`, { method: 'POST' });
    const expected = (secrets: readonly string[]) => {
      const { headers = {}, body = '' } = sender.sent.at(-1) ?? {};
      const sent = new Date(Number(headers['webhook-timestamp']) * 1000);
      const id = headers['webhook-id'] ?? '';
      expect(headers['webhook-signature']).toBe(
        secrets.map((secret) => new Webhook(secret).sign(id, sent, body)).join(' '),
      );
    };
    await emit(gateway);
    await runOutbox(gateway.services);
    expected([rotated.body.signing_secret, endpoint.signing_secret]);
    gateway.clock.advance(DAY_MS);
    await emit(gateway);
    await runOutbox(gateway.services);
    expected([rotated.body.signing_secret]);
  });
});
