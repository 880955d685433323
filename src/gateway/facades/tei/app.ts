import { OpenAPIHono } from '@hono/zod-openapi';
import { requestId } from 'hono/request-id';
import { secureHeaders } from 'hono/secure-headers';
import { createId } from '../../../contract/index.ts';
import type { Services } from '../../../services/ports.ts';
import { notFoundResponse } from '../../errors/not-found-response.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { crossOrigin } from '../../middleware/cross-origin.ts';
import { teiRoutes } from './routes.ts';

/** TEI at the root of a port of its own, for one model: clients that know TEI's paths alone need no prefix. */
export function createTeiApp(services: Services, model: string): OpenAPIHono<GatewayEnv> {
  const app = new OpenAPIHono<GatewayEnv>();
  app.use(requestId({ generator: () => createId('request'), headerName: 'x-request-id', limitLength: 128 }));
  app.use(secureHeaders(), crossOrigin);
  app.notFound((c) => notFoundResponse(c, app.routes));
  app.route(
    '/',
    teiRoutes(services, () => model),
  );
  return app;
}
