import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../../services/ports.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { huggingFaceRoutes } from './huggingface/routes.ts';
import { replicateRoutes } from './replicate/routes.ts';
import { teiRoutes } from './tei/routes.ts';
import { vllmRoutes } from './vllm/routes.ts';

/** Other servers' APIs, each a thin translation in a folder of its own. */
export const facadeRoutes = (services: Services): OpenAPIHono<GatewayEnv> =>
  new OpenAPIHono<GatewayEnv>()
    .route('/', huggingFaceRoutes(services))
    .route('/', vllmRoutes(services))
    .route('/replicate/v1', replicateRoutes(services))
    .route(
      '/tei/:model',
      teiRoutes(services, (c) => c.req.param('model') ?? ''),
    );
