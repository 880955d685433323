import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Services } from '../../../services/ports.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { VERSION } from '../../version.ts';

const Health = z.object({ status: z.literal('ok'), version: z.string() }).openapi('Health');

const route = createRoute({
  method: 'get',
  path: '/health',
  tags: ['Health'],
  summary: 'Whether the gateway answers',
  security: [],
  responses: { 200: { description: 'It does', content: { 'application/json': { schema: Health } } } },
});

export function health(_services: Services): OpenAPIHono<GatewayEnv> {
  return new OpenAPIHono<GatewayEnv>().openapi(route, (c) => c.json({ status: 'ok' as const, version: VERSION }, 200));
}
