import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { RotateWebhookSecret, WebhookEndpointWithSecret } from '../../../contract/index.ts';
import { rotateWebhookSecret } from '../../../services/webhooks/rotate-secret.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { WebhookEndpointParams } from './webhook-params.ts';

const route = createRoute({
  method: 'post',
  path: '/webhook_endpoints/{webhook_endpoint_id}/rotate_secret',
  tags: ['Webhooks'],
  summary: 'Make a new signing secret; the old one signs beside it for a day',
  request: {
    params: WebhookEndpointParams,
    body: { required: false, content: { 'application/json': { schema: RotateWebhookSecret } } },
  },
  responses: { 200: json(WebhookEndpointWithSecret, 'The endpoint with its new secret'), ...failures(400, 404) },
});

export const registerRotateWebhookSecret = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(
      await rotateWebhookSecret(c.get('context'), c.req.valid('param').webhook_endpoint_id, c.req.valid('json')),
      200,
    ),
  );
