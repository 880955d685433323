import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Deleted } from '../../../contract/index.ts';
import { deleteWebhookEndpoint } from '../../../services/webhooks/delete.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { WebhookEndpointParams } from './webhook-params.ts';

const route = createRoute({
  method: 'delete',
  path: '/webhook_endpoints/{webhook_endpoint_id}',
  tags: ['Webhooks'],
  summary: 'Delete a webhook endpoint with its delivery log',
  request: { params: WebhookEndpointParams },
  responses: { 200: json(Deleted, 'It is gone'), ...failures(404) },
});

export const registerDeleteWebhookEndpoint = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const id = c.req.valid('param').webhook_endpoint_id;
    await deleteWebhookEndpoint(c.get('context'), id);
    return c.json({ id, object: 'webhook_endpoint.deleted', deleted: true as const }, 200);
  });
