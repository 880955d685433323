import { createMiddleware } from 'hono/factory';
import { verifyWorkerToken } from '../../../services/workers/verify-token.ts';
import type { Services } from '../../../services/ports.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { bearerToken } from '../../middleware/authenticate.ts';

export const authenticateWorker = (services: Services) =>
  createMiddleware<GatewayEnv>(async function authenticateWorker(c, next) {
    verifyWorkerToken(services, bearerToken(c.req.header('authorization')));
    await next();
  });
