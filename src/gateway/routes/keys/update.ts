import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ApiKey, UpdateApiKey } from '../../../contract/index.ts';
import { updateApiKey } from '../../../services/keys/update.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'post',
  path: '/api_keys/{key_id}',
  tags: ['API keys'],
  summary: "Change an API key's name or limits",
  description: 'A key with limits gives no more than it has.',
  request: {
    params: z.object({ key_id: z.string() }),
    body: { required: false, content: { 'application/json': { schema: UpdateApiKey } } },
  },
  responses: { 200: json(ApiKey, 'The key as it is now'), ...failures(400, 404) },
});

export const registerUpdateApiKey = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(await updateApiKey(c.get('context'), c.req.valid('param').key_id, c.req.valid('json')), 200),
  );
