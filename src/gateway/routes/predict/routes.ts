import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerPredict } from './create.ts';

export function predictRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  registerPredict(app);
  return app;
}
