import { expect, test } from 'vitest';
import { pruneWebhooks } from '../../../../src/services/upkeep/prune-webhooks.ts';
import { runOutbox } from '../../../../src/services/webhooks/run-outbox.ts';
import { jobEvents, webhookDeliveries, webhookEvents } from '../../../../src/store/schema.ts';
import { createNodeGateway } from '../../../support/gateway.ts';
import type { NodeGateway } from '../../../support/gateway.ts';
import { createJob } from '../../../support/training-data.ts';
import { answered, createEndpoint, createFakeSender, deliveriesOf, emit } from '../../../support/webhooks.ts';

const DAY_MS = 24 * 3_600_000;

const idsOf = async ({ services: { db } }: NodeGateway) => ({
  events: (await db.select().from(webhookEvents)).map(({ id }) => id),
  deliveries: (await db.select().from(webhookDeliveries)).map(({ eventId }) => eventId),
});

test('deletes events and deliveries of more than 30 days, and no younger ones', async () => {
  await using gateway = await createNodeGateway({ services: { webhooks: createFakeSender(() => answered(204)) } });
  await createEndpoint(gateway);
  await emit(gateway);
  await runOutbox(gateway.services);
  gateway.clock.advance(DAY_MS);
  const younger = await emit(gateway);
  await runOutbox(gateway.services);
  gateway.clock.advance(29 * DAY_MS);
  expect(await pruneWebhooks(gateway.services)).toBe(0);
  gateway.clock.advance(1);
  expect(await pruneWebhooks(gateway.services)).toBe(1);
  expect(await idsOf(gateway)).toEqual({ events: [younger], deliveries: [younger] });
});

test('keeps an old event that was not fanned out, is pending, or was replayed lately', async () => {
  const sender = createFakeSender((attempt) => answered(attempt === 2 ? 500 : 204));
  await using gateway = await createNodeGateway({ services: { webhooks: sender } });
  const endpoint = await createEndpoint(gateway);
  const replayed = await emit(gateway);
  await runOutbox(gateway.services);
  const pending = await emit(gateway);
  await runOutbox(gateway.services);
  const waiting = await emit(gateway);
  gateway.clock.advance(31 * DAY_MS);
  const delivery = (await deliveriesOf(gateway, endpoint.id)).find(({ event_id }) => event_id === replayed);
  await gateway.json(`/v1/webhook_endpoints/${endpoint.id}/deliveries/${delivery?.id}/replay`, { method: 'POST' });
  expect(await pruneWebhooks(gateway.services)).toBe(0);
  expect(new Set((await idsOf(gateway)).events)).toEqual(new Set([replayed, pending, waiting]));
});

test('deletes at most a thousand events a run, the oldest first', async () => {
  await using gateway = await createNodeGateway();
  for (let index = 0; index < 1_003; index += 1) await emit(gateway);
  await runOutbox(gateway.services);
  gateway.clock.advance(31 * DAY_MS);
  const { events } = await idsOf(gateway);
  expect(await pruneWebhooks(gateway.services)).toBe(1_000);
  expect(new Set((await idsOf(gateway)).events)).toEqual(new Set(events.toSorted().slice(-3)));
  expect(await pruneWebhooks(gateway.services)).toBe(3);
});

test("leaves a job's own events alone", async () => {
  await using gateway = await createNodeGateway();
  await createJob(gateway);
  const before = await gateway.services.db.select().from(jobEvents);
  expect(before).not.toEqual([]);
  gateway.clock.advance(365 * DAY_MS);
  await pruneWebhooks(gateway.services);
  expect(await gateway.services.db.select().from(jobEvents)).toEqual(before);
});
