import type { OpenAPIHono } from '@hono/zod-openapi';
import type { GatewayContext, GatewayEnv } from '../../gateway-env.ts';
import type { TeiMetrics } from './metrics.ts';

/** What each of TEI's routes is registered on. */
export interface TeiApp {
  readonly app: OpenAPIHono<GatewayEnv>;
  readonly metrics: TeiMetrics;
  /** The path's model, or the one that the port is for. */
  readonly modelOf: (c: GatewayContext) => string;
}
