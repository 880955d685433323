import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { registerCreateApiKey } from './create.ts';
import { registerListApiKeys } from './list.ts';
import { registerRevokeApiKey } from './revoke.ts';
import { registerUpdateApiKey } from './update.ts';

export function keyRoutes(): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  for (const register of [registerCreateApiKey, registerListApiKeys, registerUpdateApiKey, registerRevokeApiKey])
    register(app);
  return app;
}
