import { OpenAPIHono } from '@hono/zod-openapi';
import type { Services } from '../../services/ports.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { reportSchema } from './fine-tuning/report-schema.ts';
import { health } from './health/health.ts';

/** Routes that need no key. */
export const publicRoutes = (services: Services): OpenAPIHono<GatewayEnv> =>
  new OpenAPIHono<GatewayEnv>().route('/', health(services)).route('/', reportSchema());
