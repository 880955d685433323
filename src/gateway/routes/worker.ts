import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../../services/ports.ts';
import { invalidRequest } from '../errors/invalid-request.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { authenticateWorker } from './worker/authenticate-worker.ts';
import { registerBlobRoutes } from './worker/blobs.ts';
import { registerExportRoutes } from './worker/exports.ts';
import { registerLeaseRoutes } from './worker/leases.ts';
import { registerWorkerRoutes } from './worker/workers.ts';

/** What workers reach with a worker token: registration, leases, artifacts. */
export function workerRoutes(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  app.use(authenticateWorker(services));
  registerWorkerRoutes(app, services);
  registerLeaseRoutes(app, services);
  registerBlobRoutes(app, services);
  registerExportRoutes(app, services);
  return app;
}
