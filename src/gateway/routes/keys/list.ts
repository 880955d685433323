import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ApiKey, page, PageQuery } from '../../../contract/index.ts';
import { listApiKeys } from '../../../services/keys/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/api_keys',
  tags: ['API keys'],
  summary: 'List API keys, newest first',
  request: { query: PageQuery },
  responses: { 200: json(page(ApiKey), 'A page of keys'), ...failures(400) },
});

export const registerListApiKeys = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await listApiKeys(c.get('context'), c.req.valid('query')), 200));
