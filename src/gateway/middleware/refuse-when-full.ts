import { createMiddleware } from 'hono/factory';
import { assertRoom } from '../../services/predict/worker-load.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Refuses before the body is read where no worker would take what it asks for: under overload what is refused must not cost what is answered. */
export const refuseWhenFull = createMiddleware<GatewayEnv>(async function refuseWhenFull(c, next) {
  await assertRoom(c.get('context'));
  await next();
});
