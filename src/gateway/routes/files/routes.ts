import { OpenAPIHono } from '@hono/zod-openapi';
import { invalidRequest } from '../../errors/invalid-request.ts';
import type { GatewayEnv } from '../../gateway-env.ts';

export const fileRoutes = (): OpenAPIHono<GatewayEnv> => new OpenAPIHono<GatewayEnv>({ defaultHook: invalidRequest });
