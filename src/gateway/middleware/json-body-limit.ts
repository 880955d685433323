import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Bodies that stream and have limits of their own, and those of façades, which refuse in their own words. */
const EXEMPT = [
  /^POST \/v1\/files$/,
  /^POST \/v1\/uploads\/[^/]+\/parts$/,
  /^POST \/v1\/models\/import$/,
  /^PUT \/worker\/v1\/exports\//,
  /^PUT \/worker\/v1\/jobs\/[^/]+\/artifacts\/[^/]+$/,
  /^POST \/(models|tei|replicate)\//,
];

/** Inputs may be images, or thousands. */
const WIDE = new Set(['POST /v1/predict', 'POST /v1/embeddings', 'POST /v1/chat/completions']);

const limitJson = limitBody(LIMITS.jsonBodyBytes);
const limitPredict = limitBody(LIMITS.predictBodyBytes);

/** Refuses a JSON body above its route's limit. */
export const jsonBodyLimit = createMiddleware<GatewayEnv>(async function jsonBodyLimit(c, next) {
  const { method } = c.req;
  if (method === 'GET' || method === 'HEAD') return next();
  const route = `${method} ${c.req.path}`;
  if (WIDE.has(route)) return limitPredict(c, next);
  return EXEMPT.some((exempt) => exempt.test(route)) ? next() : limitJson(c, next);
});

/** Refuses a body above `maxSize` bytes: by its declared length where there is one, else while reading it. */
export function limitBody(maxSize: number): MiddlewareHandler<GatewayEnv> {
  const whileReading = bodyLimit({ maxSize, onError: () => refuse(maxSize) });
  return async function limit(c, next) {
    const length = c.req.header('content-length');
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return whileReading(c, next);
    if (Number(length) > maxSize) return refuse(maxSize);
    return next();
  };
}

function refuse(maxSize: number): never {
  throw new LevigateError(
    'payload_too_large',
    `the JSON body is larger than ${maxSize} bytes: send fewer inputs at once, or upload them as a file`,
  );
}
