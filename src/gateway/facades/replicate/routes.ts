import { OpenAPIHono } from '@hono/zod-openapi';
import { LIMITS } from '../../../contract/index.ts';
import type { Services } from '../../../services/ports.ts';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { authenticate } from '../../middleware/authenticate.ts';
import { limitBody } from '../../middleware/json-body-limit.ts';
import { registerAccount } from './account.ts';
import { registerFiles } from './files.ts';
import { registerPredictions } from './predictions.ts';
import { toReplicateError } from './to-error.ts';
import { registerTrainings } from './trainings.ts';

/** Replicate's API as far as a classifier has it: predictions, which end at once, and trainings, which are fine-tuning jobs. */
export function replicateRoutes(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  app.onError(toReplicateError);
  app.use(authenticate(services));
  const limitJson = limitBody(LIMITS.predictBodyBytes);
  // A file streams, and has a limit of its own.
  app.use((c, next) => (c.req.path.endsWith('/files') ? next() : limitJson(c, next)));
  for (const register of [registerFiles, registerPredictions, registerTrainings, registerAccount]) register(app);
  return app;
}
