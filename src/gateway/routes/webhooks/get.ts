import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { WebhookEndpoint } from '../../../contract/index.ts';
import { getWebhookEndpoint } from '../../../services/webhooks/get.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { WebhookEndpointParams } from './webhook-params.ts';

const route = createRoute({
  method: 'get',
  path: '/webhook_endpoints/{webhook_endpoint_id}',
  tags: ['Webhooks'],
  summary: 'Get a webhook endpoint',
  request: { params: WebhookEndpointParams },
  responses: { 200: json(WebhookEndpoint, 'The endpoint'), ...failures(404) },
});

export const registerGetWebhookEndpoint = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(await getWebhookEndpoint(c.get('context'), c.req.valid('param').webhook_endpoint_id), 200),
  );
