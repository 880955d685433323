import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { UpdateWebhookEndpoint, WebhookEndpoint } from '../../../contract/index.ts';
import { updateWebhookEndpoint } from '../../../services/webhooks/update.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { WebhookEndpointParams } from './webhook-params.ts';

const route = createRoute({
  method: 'post',
  path: '/webhook_endpoints/{webhook_endpoint_id}',
  tags: ['Webhooks'],
  summary: 'Change a webhook endpoint, or enable it again',
  request: {
    params: WebhookEndpointParams,
    body: { required: false, content: { 'application/json': { schema: UpdateWebhookEndpoint } } },
  },
  responses: { 200: json(WebhookEndpoint, 'The endpoint'), ...failures(400, 404) },
});

export const registerUpdateWebhookEndpoint = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(
      await updateWebhookEndpoint(c.get('context'), c.req.valid('param').webhook_endpoint_id, c.req.valid('json')),
      200,
    ),
  );
