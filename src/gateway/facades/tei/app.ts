import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../../../services/ports.ts';
import { notFoundResponse } from '../../errors/not-found-response.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { standardHeaders } from '../../middleware/standard-headers.ts';
import { teiRoutes } from './routes.ts';

/** TEI at the root of a port of its own, for one model: clients that know TEI's paths alone need no prefix. */
export function createTeiApp(services: Services, model: string): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>();
  app.use(standardHeaders);
  app.notFound((c) => notFoundResponse(c, app.routes));
  app.route(
    '/',
    teiRoutes(services, () => model),
  );
  return app;
}
