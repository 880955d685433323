import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { TestWebhookEndpoint, WebhookTestResult } from '../../../contract/index.ts';
import { testWebhookEndpoint } from '../../../services/webhooks/test.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { WebhookEndpointParams } from './webhook-params.ts';

const route = createRoute({
  method: 'post',
  path: '/webhook_endpoints/{webhook_endpoint_id}/test',
  tags: ['Webhooks'],
  summary: 'Send a sample event to a webhook endpoint, once',
  request: {
    params: WebhookEndpointParams,
    body: { required: false, content: { 'application/json': { schema: TestWebhookEndpoint } } },
  },
  responses: { 200: json(WebhookTestResult, 'What came of it'), ...failures(400, 404) },
});

export const registerTestWebhookEndpoint = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(
      await testWebhookEndpoint(c.get('context'), c.req.valid('param').webhook_endpoint_id, c.req.valid('json')),
      200,
    ),
  );
