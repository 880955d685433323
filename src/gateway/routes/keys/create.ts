import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ApiKeyWithSecret, CreateApiKey } from '../../../contract/index.ts';
import { createApiKey } from '../../../services/keys/create.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'post',
  path: '/api_keys',
  tags: ['API keys'],
  summary: 'Create an API key; its secret is shown once',
  request: { body: { required: true, content: { 'application/json': { schema: CreateApiKey } } } },
  responses: { 200: json(ApiKeyWithSecret, 'The key with its secret'), ...failures(400) },
});

export const registerCreateApiKey = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await createApiKey(c.get('context'), c.req.valid('json')), 200));
