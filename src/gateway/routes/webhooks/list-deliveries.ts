import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { page, PageQuery, WebhookDelivery } from '../../../contract/index.ts';
import { listWebhookDeliveries } from '../../../services/webhooks/list-deliveries.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { WebhookEndpointParams } from './webhook-params.ts';

const route = createRoute({
  method: 'get',
  path: '/webhook_endpoints/{webhook_endpoint_id}/deliveries',
  tags: ['Webhooks'],
  summary: 'The delivery log of a webhook endpoint, newest first',
  request: { params: WebhookEndpointParams, query: PageQuery },
  responses: { 200: json(page(WebhookDelivery), 'A page of deliveries'), ...failures(400, 404) },
});

export const registerListWebhookDeliveries = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(
      await listWebhookDeliveries(c.get('context'), c.req.valid('param').webhook_endpoint_id, c.req.valid('query')),
      200,
    ),
  );
