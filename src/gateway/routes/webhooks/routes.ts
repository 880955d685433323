import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
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

export function webhookRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  for (const register of [
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
  ]) {
    register(app);
  }
  return app;
}
