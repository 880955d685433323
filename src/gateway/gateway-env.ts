import type { Context as HonoContext } from 'hono';
import type { Context } from '../services/context.ts';

/** What middleware leaves for the routes. */
export interface GatewayEnv {
  Variables: {
    requestId: string;
    /** Set by `authenticate` on every route under /v1. */
    context: Context;
  };
}

export type GatewayContext = HonoContext<GatewayEnv>;
