import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { WebhookDelivery } from '../../../contract/index.ts';
import { replayWebhookDelivery } from '../../../services/webhooks/replay.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { DeliveryParams } from './webhook-params.ts';

const route = createRoute({
  method: 'post',
  path: '/webhook_endpoints/{webhook_endpoint_id}/deliveries/{delivery_id}/replay',
  tags: ['Webhooks'],
  summary: 'Send the event of a delivery again, under the same webhook-id',
  request: { params: DeliveryParams },
  responses: { 200: json(WebhookDelivery, 'The new delivery, pending'), ...failures(404) },
});

export const registerReplayWebhookDelivery = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { webhook_endpoint_id: endpointId, delivery_id: deliveryId } = c.req.valid('param');
    return c.json(await replayWebhookDelivery(c.get('context'), endpointId, deliveryId), 200);
  });
