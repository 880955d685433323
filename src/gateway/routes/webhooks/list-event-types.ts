import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { WebhookEventTypes } from '../../../contract/index.ts';
import { listWebhookEventTypes } from '../../../services/webhooks/list-event-types.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/webhook_event_types',
  tags: ['Webhooks'],
  summary: 'List what a webhook endpoint can ask for',
  responses: { 200: json(WebhookEventTypes, 'The event types'), ...failures() },
});

export const registerListWebhookEventTypes = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, (c) => c.json(listWebhookEventTypes(c.get('context')), 200));
