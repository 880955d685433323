import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { UsagePage, UsageQuery } from '../../../contract/index.ts';
import { listUsagePage } from '../../../services/usage/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/usage',
  tags: ['Usage'],
  summary: 'What the project used, by day and model',
  description:
    "In the manner of OpenAI's usage API. Predictions of other gateways show after two seconds; training when its job ends.",
  request: { query: UsageQuery },
  responses: { 200: json(UsagePage, 'Days, oldest first'), ...failures(400) },
});

export const registerUsage = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await listUsagePage(c.get('context'), c.req.valid('query')), 200));
