import type { Hash } from 'node:crypto';
import type { Context as HonoContext } from 'hono';
import type { Context } from '../services/context.ts';
import type { Span } from '../telemetry/tracer.ts';

/** What middleware leaves for the routes. */
export interface GatewayEnv {
  Variables: {
    requestId: string;
    startMs: number;
    /** The answer was made with all its headers: none is to be set on it. */
    hasAllHeaders: boolean | undefined;
    /** Set by `authenticate` on every route under /v1; not yet there before it. */
    context: Context;
    /** Set where a request with an idempotency key streams its body: takes every byte of it, in the order it was sent. */
    bodyDigest: Hash | undefined;
    /** Of the whole request, where traces are exported. */
    span: Span | undefined;
  };
}

export type GatewayContext = HonoContext<GatewayEnv>;
