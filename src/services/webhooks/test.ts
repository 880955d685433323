import type { TestWebhookEndpoint, WebhookTestResult } from '../../contract/index.ts';
import { insertEventWithDelivery } from '../../store/queries/webhook-deliveries.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { newWebhookEvent } from '../events/new-event.ts';
import { newDelivery } from './new-delivery.ts';
import { requireEndpoint } from './require-endpoint.ts';
import { DELIVERY_LEASE_MS, sendDelivery } from './send-delivery.ts';

/**
 * Sends a sample event to one endpoint, disabled or not, and tells what came of it. Signed and logged as any other,
 * but tried once: a failed test neither comes back later nor disables the endpoint. When the client goes away before
 * the receiver answered, the outbox sends it.
 */
export async function testWebhookEndpoint(
  ctx: Context,
  id: string,
  { event_type: type = 'webhook.test' }: TestWebhookEndpoint,
): Promise<WebhookTestResult> {
  requireScope(ctx, 'webhooks:write');
  const { services } = ctx;
  const endpoint = await requireEndpoint(ctx, id);
  const { projectId } = endpoint;
  const nowMs = services.clock.nowMs();
  const event = {
    ...newWebhookEvent({ projectId, type, subjectId: id, nowMs }),
    endpointId: id,
    fannedOutMs: nowMs,
  };
  // Written as claimed, so that no gateway's outbox sends it too; should this one die, the outbox does.
  const delivery = {
    ...newDelivery({ projectId, endpointId: id, eventId: event.id, eventType: type }, nowMs),
    attempts: 1,
    lastAttemptMs: nowMs,
    nextAttemptMs: nowMs + DELIVERY_LEASE_MS,
  };
  await insertEventWithDelivery(services.db, event, delivery);
  const row = await sendDelivery(services, { delivery, endpoint, event }, ctx.signal);
  return {
    object: 'webhook_endpoint.test',
    webhook_endpoint_id: id,
    event_type: type,
    delivery_id: delivery.id,
    success: row?.status === 'delivered',
    status_code: row?.responseStatus ?? null,
    error: row?.error ?? null,
  };
}
