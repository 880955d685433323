import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerCreateEmbeddings } from './create.ts';

export function embeddingRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  registerCreateEmbeddings(app);
  return app;
}
