import { z } from 'zod';
import { UnixSeconds } from './common.ts';

export const EVENT_TYPES = [
  'fine_tuning.job.succeeded',
  'fine_tuning.job.failed',
  'fine_tuning.job.cancelled',
  'batch.completed',
  'batch.failed',
  'batch.expired',
  'batch.cancelled',
  'model.drift.detected',
  // Of predictions that were made with a webhook of their own, through Replicate's API.
  'prediction.completed',
  'webhook.test',
] as const;
export const EventType = z.enum(EVENT_TYPES);
export type EventType = z.infer<typeof EventType>;

/** The body that is signed and sent. Thin: an id to fetch, as OpenAI sends it, with both time forms. */
export const WebhookEvent = z.object({
  id: z.string(),
  object: z.literal('event'),
  created_at: UnixSeconds,
  timestamp: z.string(),
  type: EventType,
  data: z.looseObject({ id: z.string() }),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

const Url = z.url({ protocol: /^https?$/ }).max(2048);

export const CreateWebhookEndpoint = z.strictObject({
  url: Url,
  name: z.string().max(128).optional(),
  event_types: z
    .array(EventType)
    .min(1)
    .optional()
    .describe('All but `webhook.test` and `prediction.completed` when absent'),
});
export type CreateWebhookEndpoint = z.infer<typeof CreateWebhookEndpoint>;

export const UpdateWebhookEndpoint = CreateWebhookEndpoint.partial().extend({
  status: z.enum(['enabled', 'disabled']).optional().describe('`enabled` after mending a receiver that was given up'),
});
export type UpdateWebhookEndpoint = z.infer<typeof UpdateWebhookEndpoint>;

export const RotateWebhookSecret = z.strictObject({
  keep_old_secret_active_for_24_hours: z
    .boolean()
    .optional()
    .describe('Deliveries are signed with both secrets for a day; `false` drops the old one at once. Default true'),
});
export type RotateWebhookSecret = z.infer<typeof RotateWebhookSecret>;

export const TestWebhookEndpoint = z.strictObject({
  event_type: EventType.optional().describe('Of the sample event; `webhook.test` when absent'),
});
export type TestWebhookEndpoint = z.infer<typeof TestWebhookEndpoint>;

export const WebhookEndpoint = z.object({
  id: z.string(),
  object: z.literal('webhook_endpoint'),
  created_at: UnixSeconds,
  url: z.string(),
  name: z.string().nullable(),
  event_types: z.array(EventType),
  signing_secret_hint: z.string().describe("The secret's last characters, to tell it from others"),
  status: z.enum(['enabled', 'disabled']),
  disabled_reason: z.string().nullable(),
});
export type WebhookEndpoint = z.infer<typeof WebhookEndpoint>;

/** The signing secret is shown here only: on creation and on rotation. */
export const WebhookEndpointWithSecret = WebhookEndpoint.extend({ signing_secret: z.string() });
export type WebhookEndpointWithSecret = z.infer<typeof WebhookEndpointWithSecret>;

export const WebhookDelivery = z.object({
  id: z.string(),
  object: z.literal('webhook_delivery'),
  endpoint_id: z.string(),
  event_id: z.string(),
  event_type: EventType,
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  next_attempt_at: UnixSeconds.nullable(),
  last_attempt_at: UnixSeconds.nullable(),
  response_status: z.int().nullable(),
  error: z.string().nullable(),
  created_at: UnixSeconds,
});
export type WebhookDelivery = z.infer<typeof WebhookDelivery>;

/** Answered after the receiver was asked; the same outcome stands in the delivery log. */
export const WebhookTestResult = z.object({
  object: z.literal('webhook_endpoint.test'),
  webhook_endpoint_id: z.string(),
  event_type: EventType,
  delivery_id: z.string(),
  success: z.boolean().describe('Whether the receiver accepted it: a status of 2xx'),
  status_code: z.int().nullable().describe('null when there was no answer'),
  error: z.string().nullable(),
});
export type WebhookTestResult = z.infer<typeof WebhookTestResult>;

export const WebhookEventTypes = z.object({ object: z.literal('list'), data: z.array(EventType) });
export type WebhookEventTypes = z.infer<typeof WebhookEventTypes>;
