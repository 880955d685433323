import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { page, PageQuery, WebhookEndpoint } from '../../../contract/index.ts';
import { listWebhookEndpoints } from '../../../services/webhooks/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/webhook_endpoints',
  tags: ['Webhooks'],
  summary: 'List webhook endpoints, newest first',
  request: { query: PageQuery },
  responses: { 200: json(page(WebhookEndpoint), 'A page of endpoints'), ...failures(400) },
});

export const registerListWebhookEndpoints = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await listWebhookEndpoints(c.get('context'), c.req.valid('query')), 200));
