import { describe, expect, test } from 'vitest';
import { WebhookDelivery } from '../../../src/contract/index.ts';
import { createGatewayWithWorker } from '../../support/gateway-with-worker.ts';
import { createTestGateway } from '../../support/gateway.ts';
import type { TestGateway } from '../../support/gateway.ts';
import { answered, createEndpoint, createFakeSender, deliveriesOf, emit } from '../../support/webhooks.ts';

const logOf = (id: string) => `/v1/webhook_endpoints/${id}/deliveries`;
const replay = (gateway: TestGateway, id: string, delivery: string) =>
  gateway.json(`${logOf(id)}/${delivery}/replay`, { method: 'POST' });

describe('GET /v1/webhook_endpoints/{id}/deliveries', () => {
  test('200: pages newest first', async () => {
    await using gateway = await createTestGateway({ services: { webhooks: createFakeSender(() => answered(200)) } });
    const { id } = await createEndpoint(gateway);
    const events = [];
    for (let index = 0; index < 3; index += 1) {
      gateway.clock.advance(1_000);
      events.unshift(await emit(gateway));
    }
    await gateway.run('runOutbox');
    const { body: first } = await gateway.json(`${logOf(id)}?limit=2`);
    expect(first).toMatchObject({ has_more: true, data: [{ event_id: events[0] }, { event_id: events[1] }] });
    expect(WebhookDelivery.parse(first.data[0])).toEqual(first.data[0]);
    const { body: rest } = await gateway.json(`${logOf(id)}?limit=2&after=${first.last_id}`);
    expect(rest).toMatchObject({ has_more: false, data: [{ event_id: events[2] }] });
  });

  test("200: a finished job's event is there, once", async () => {
    const sender = createFakeSender(() => answered(200));
    await using gateway = await createGatewayWithWorker({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    const { jobId } = await gateway.trainModel();
    await gateway.run('runOutbox');
    expect(await deliveriesOf(gateway, id)).toMatchObject([
      { event_type: 'fine_tuning.job.succeeded', status: 'delivered', attempts: 1 },
    ]);
    expect(JSON.parse(sender.sent[0]?.body ?? '')).toMatchObject({ object: 'event', data: { id: jobId } });
  });
});

describe('POST /v1/webhook_endpoints/{id}/deliveries/{delivery_id}/replay', () => {
  test('200: the same event goes out again under the same webhook-id; the log keeps both', async () => {
    const sender = createFakeSender(() => answered(200));
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    const eventId = await emit(gateway);
    await gateway.run('runOutbox');
    const [former] = await deliveriesOf(gateway, id);
    gateway.clock.advance(60_000);
    const wakes = await gateway.countWakes();
    const { status, body } = await replay(gateway, id, former?.id ?? '');
    expect(status).toBe(200);
    expect(body).toMatchObject({ object: 'webhook_delivery', event_id: eventId, status: 'pending', attempts: 0 });
    expect(await gateway.countWakes()).toBe(wakes + 1);
    await gateway.run('runOutbox');
    expect(sender.sent.map(({ headers }) => headers['webhook-id'])).toEqual([eventId, eventId]);
    expect(sender.sent[0]?.body).toBe(sender.sent[1]?.body);
    expect((await deliveriesOf(gateway, id)).map((delivery) => delivery.id)).toEqual([body.id, former?.id]);
  });

  test('200: also to an endpoint that was given up, so that nothing is lost', async () => {
    const sender = createFakeSender((attempt) => answered(attempt === 1 ? 410 : 200));
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    await emit(gateway);
    await gateway.run('runOutbox');
    const [failed] = await deliveriesOf(gateway, id);
    await replay(gateway, id, failed?.id ?? '');
    await gateway.run('runOutbox');
    expect((await deliveriesOf(gateway, id)).map(({ status }) => status)).toEqual(['delivered', 'failed']);
  });

  test("404: a delivery that is missing, and another endpoint's, alike", async () => {
    await using gateway = await createTestGateway({ services: { webhooks: createFakeSender(() => answered(200)) } });
    const mine = await createEndpoint(gateway, { event_types: ['fine_tuning.job.failed'] });
    const other = await createEndpoint(gateway);
    await emit(gateway);
    await gateway.run('runOutbox');
    const [delivery] = await deliveriesOf(gateway, other.id);
    for (const deliveryId of [delivery?.id ?? '', 'whd_missing']) {
      const { status, body } = await replay(gateway, mine.id, deliveryId);
      expect([status, body.error.code, body.error.param]).toEqual([404, 'not_found', 'delivery_id']);
    }
  });
});

describe('POST /v1/webhook_endpoints/{id}/test', () => {
  const send = (gateway: TestGateway, id: string, json?: unknown) =>
    gateway.json(`/v1/webhook_endpoints/${id}/test`, { method: 'POST', json });

  test('200: sends a sample to this endpoint alone, whatever it asks for, and tells the answer', async () => {
    const sender = createFakeSender(() => answered(204));
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway, { event_types: ['fine_tuning.job.failed'] });
    const other = await createEndpoint(gateway, { event_types: ['webhook.test'] });
    const { status, body } = await send(gateway, id);
    expect(status).toBe(200);
    const [delivery] = await deliveriesOf(gateway, id);
    expect(body).toEqual({
      object: 'webhook_endpoint.test',
      webhook_endpoint_id: id,
      event_type: 'webhook.test',
      delivery_id: delivery?.id,
      success: true,
      status_code: 204,
      error: null,
    });
    await gateway.run('runOutbox');
    expect(sender.sent).toHaveLength(1);
    expect(JSON.parse(sender.sent[0]?.body ?? '')).toMatchObject({ type: 'webhook.test', data: { id } });
    expect(await deliveriesOf(gateway, other.id)).toEqual([]);
  });

  test('200: a sample of another type, as the openai client asks', async () => {
    await using gateway = await createTestGateway({ services: { webhooks: createFakeSender(() => answered(200)) } });
    const { id } = await createEndpoint(gateway);
    const { body } = await send(gateway, id, { event_type: 'fine_tuning.job.succeeded' });
    expect(body).toMatchObject({ event_type: 'fine_tuning.job.succeeded', success: true, status_code: 200 });
  });

  test('200: a failure is told, tried once and disables nothing', async () => {
    const sender = createFakeSender((attempt) => {
      if (attempt === 1) return answered(500);
      throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
    });
    await using gateway = await createTestGateway({ services: { webhooks: sender } });
    const { id } = await createEndpoint(gateway);
    expect((await send(gateway, id)).body).toMatchObject({ success: false, status_code: 500 });
    expect((await send(gateway, id)).body).toMatchObject({
      success: false,
      status_code: null,
      error: 'the host name does not resolve',
    });
    expect(await gateway.run('runOutbox')).toEqual({ nextDueMs: null });
    expect((await gateway.json(`/v1/webhook_endpoints/${id}`)).body.status).toBe('enabled');
  });

  test('400: a type that is not there', async () => {
    await using gateway = await createTestGateway();
    const { id } = await createEndpoint(gateway);
    expect((await send(gateway, id, { event_type: 'batch.begun' })).body.error.param).toBe('event_type');
  });
});
