import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ApiKey } from '../../../contract/index.ts';
import { revokeApiKey } from '../../../services/keys/revoke.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'delete',
  path: '/api_keys/{key_id}',
  tags: ['API keys'],
  summary: 'Revoke an API key; it stays listed',
  request: { params: z.object({ key_id: z.string() }) },
  responses: { 200: json(ApiKey, 'The revoked key'), ...failures(404) },
});

export const registerRevokeApiKey = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await revokeApiKey(c.get('context'), c.req.valid('param').key_id), 200));
