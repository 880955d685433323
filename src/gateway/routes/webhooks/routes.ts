import { registerCreateWebhookEndpoint } from './create.ts';
import { registerDeleteWebhookEndpoint } from './delete.ts';
import { registerGetWebhookEndpoint } from './get.ts';
import { registerListWebhookEndpoints } from './list.ts';
import { registerListWebhookDeliveries } from './list-deliveries.ts';
import { registerListWebhookEventTypes } from './list-event-types.ts';
import { registerReplayWebhookDelivery } from './replay.ts';
import { registerRotateWebhookSecret } from './rotate-secret.ts';
import { registerTestWebhookEndpoint } from './test.ts';
import { registerUpdateWebhookEndpoint } from './update.ts';

export const webhookRoutes = [
  registerCreateWebhookEndpoint,
  registerListWebhookEndpoints,
  registerGetWebhookEndpoint,
  registerUpdateWebhookEndpoint,
  registerDeleteWebhookEndpoint,
  registerRotateWebhookSecret,
  registerTestWebhookEndpoint,
  registerListWebhookDeliveries,
  registerReplayWebhookDelivery,
  registerListWebhookEventTypes,
];
