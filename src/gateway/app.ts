import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../services/ports.ts';
import { toErrorResponse } from './errors/error-response.ts';
import { invalidRequest } from './errors/invalid-request.ts';
import { notFoundResponse } from './errors/not-found-response.ts';
import { facadeRoutes } from './facades/routes.ts';
import type { GatewayEnv } from './gateway-env.ts';
import { jsonBodyLimit } from './middleware/json-body-limit.ts';
import { observe } from './middleware/observe.ts';
import { platformBodyLimit } from './middleware/platform-body-limit.ts';
import { standardHeaders } from './middleware/standard-headers.ts';
import { metricsRoute } from './routes/metrics.ts';
import { registerOpenApi } from './routes/openapi/openapi.ts';
import { publicRoutes } from './routes/public.ts';
import { userRoutes } from './routes/user.ts';
import { workerRoutes } from './routes/worker.ts';

/** The whole gateway as a function of its dependencies: the same app on Node and in workerd. */
export function createApp(services: Services): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
  const { maxBodyBytes } = services.settings;
  app.use(standardHeaders, observe(services));
  if (maxBodyBytes !== null) app.use(platformBodyLimit(maxBodyBytes));
  app.use(jsonBodyLimit);
  app.onError(toErrorResponse);
  app.notFound((c) => notFoundResponse(c, app.routes));
  app.route('/', publicRoutes(services));
  app.route('/', metricsRoute(services));
  app.route('/v1', userRoutes(services));
  app.route('/worker/v1', workerRoutes(services));
  app.route('/', facadeRoutes(services));
  registerOpenApi(app);
  return app;
}
