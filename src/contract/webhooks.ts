import { z } from 'zod';
import { UnixSeconds } from './common.ts';

export const EVENT_TYPES = [
  'fine_tuning.job.succeeded',
  'fine_tuning.job.failed',
  'fine_tuning.job.cancelled',
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

export const CreateWebhookEndpoint = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  name: z.string().max(128).optional(),
  event_types: z.array(EventType).min(1).optional().describe('All job events when absent'),
});
export type CreateWebhookEndpoint = z.infer<typeof CreateWebhookEndpoint>;

export const WebhookEndpoint = z.object({
  id: z.string(),
  object: z.literal('webhook_endpoint'),
  created_at: UnixSeconds,
  url: z.string(),
  name: z.string().nullable(),
  event_types: z.array(EventType),
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
