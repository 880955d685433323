import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../../services/ports.ts';
import { invalidRequest } from '../errors/invalid-request.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** What workers reach with a worker token: registration, leases, artifacts. */
export function workerRoutes(_services: Services): OpenAPIHono<GatewayEnv> {
  return new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
}
