import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerProjects } from './projects.ts';
import { registerQueueStats } from './queue-stats.ts';

export function adminRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  registerQueueStats(app);
  registerProjects(app);
  return app;
}
