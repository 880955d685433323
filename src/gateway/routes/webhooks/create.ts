import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { CreateWebhookEndpoint, WebhookEndpointWithSecret } from '../../../contract/index.ts';
import { createWebhookEndpoint } from '../../../services/webhooks/create.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'post',
  path: '/webhook_endpoints',
  tags: ['Webhooks'],
  summary: 'Create a webhook endpoint; its signing secret is shown once',
  request: { body: { required: true, content: { 'application/json': { schema: CreateWebhookEndpoint } } } },
  responses: { 200: json(WebhookEndpointWithSecret, 'The endpoint with its secret'), ...failures(400, 409) },
});

export const registerCreateWebhookEndpoint = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await createWebhookEndpoint(c.get('context'), c.req.valid('json')), 200));
