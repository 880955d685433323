import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerCancelBatch } from './cancel.ts';
import { registerCreateBatch } from './create.ts';
import { registerGetBatch } from './get.ts';
import { registerListBatches } from './list.ts';

export function batchRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  for (const register of [registerCreateBatch, registerListBatches, registerGetBatch, registerCancelBatch])
    register(app);
  return app;
}
