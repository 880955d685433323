import { OpenAPIHono } from '@hono/zod-openapi';
import { requestId } from 'hono/request-id';
import { createId } from '../contract/index.ts';
import type { Services } from '../services/ports.ts';
import { invalidRequest } from './errors/invalid-request.ts';
import { notFoundResponse, toErrorResponse } from './errors/error-response.ts';
import { processingTime } from './middleware/processing-time.ts';
import type { GatewayEnv } from './gateway-env.ts';
import { publicRoutes } from './routes/public.ts';
import { userRoutes } from './routes/user.ts';
import { workerRoutes } from './routes/worker.ts';

/** The whole gateway as a function of its dependencies: the same app on Node and in workerd. */
export function createApp(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  app.use(requestId({ generator: () => createId('request'), headerName: 'x-request-id' }));
  app.use(processingTime);
  app.onError(toErrorResponse);
  app.notFound(notFoundResponse);
  app.route('/', publicRoutes(services));
  app.route('/v1', userRoutes(services));
  app.route('/worker/v1', workerRoutes(services));
  return app;
}
