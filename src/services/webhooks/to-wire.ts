import type { WebhookDelivery, WebhookEndpoint } from '../../contract/index.ts';
import type { WebhookDeliveryRow } from '../../store/queries/webhook-deliveries.ts';
import type { WebhookEndpointRow } from '../../store/queries/webhook-endpoints.ts';
import { toSeconds, toSecondsOrNull } from '../context.ts';
import { hintOfSecret } from './signing.ts';

export const toWebhookEndpoint = (row: WebhookEndpointRow): WebhookEndpoint => ({
  id: row.id,
  object: 'webhook_endpoint',
  created_at: toSeconds(row.createdMs),
  url: row.url,
  name: row.name,
  event_types: row.eventTypes,
  signing_secret_hint: hintOfSecret(row.secret),
  status: row.status,
  disabled_reason: row.disabledReason,
});

export const toWebhookDelivery = (row: WebhookDeliveryRow): WebhookDelivery => ({
  id: row.id,
  object: 'webhook_delivery',
  endpoint_id: row.endpointId,
  event_id: row.eventId,
  event_type: row.eventType,
  status: row.status,
  attempts: row.attempts,
  next_attempt_at: toSecondsOrNull(row.nextAttemptMs),
  last_attempt_at: toSecondsOrNull(row.lastAttemptMs),
  response_status: row.responseStatus,
  error: row.error,
  created_at: toSeconds(row.createdMs),
});
