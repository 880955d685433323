import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Bodies that stream and have limits of their own. */
const STREAMED = [/^POST \/v1\/files$/, /^PUT \/worker\/v1\/jobs\/[^/]+\/artifacts\/[^/]+$/];

const limitUndeclared = bodyLimit({ maxSize: LIMITS.jsonBodyBytes, onError: refuse });

/** Refuses a body above the limit: by its declared length where there is one, else while reading it. */
export const jsonBodyLimit = createMiddleware<GatewayEnv>(async function jsonBodyLimit(c, next) {
  const { method, path } = c.req;
  if (method === 'GET' || method === 'HEAD' || STREAMED.some((route) => route.test(`${method} ${path}`))) return next();
  const length = c.req.header('content-length');
  if (length === undefined || c.req.header('transfer-encoding') !== undefined) return limitUndeclared(c, next);
  if (Number(length) > LIMITS.jsonBodyBytes) return refuse();
  return next();
});

function refuse(): never {
  throw new LevigateError(
    'payload_too_large',
    `the JSON body is larger than ${LIMITS.jsonBodyBytes} bytes: send fewer inputs at once, or upload them as a file`,
  );
}
