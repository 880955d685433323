import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import { LevigateError, LIMITS } from '../../contract/index.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Bodies that stream and have limits of their own. */
const STREAMED = [/^POST \/v1\/files$/, /^PUT \/worker\/v1\/jobs\/[^/]+\/artifacts\/[^/]+$/];

/** Inputs may be images. */
const PREDICT = 'POST /v1/predict';

const limitTo = (maxSize: number) => ({
  maxSize,
  whileReading: bodyLimit({ maxSize, onError: () => refuse(maxSize) }),
});
const LIMIT = limitTo(LIMITS.jsonBodyBytes);
const PREDICT_LIMIT = limitTo(LIMITS.predictBodyBytes);

/** Refuses a body above the limit: by its declared length where there is one, else while reading it. */
export const jsonBodyLimit = createMiddleware<GatewayEnv>(async function jsonBodyLimit(c, next) {
  const { method, path } = c.req;
  if (method === 'GET' || method === 'HEAD' || STREAMED.some((route) => route.test(`${method} ${path}`))) return next();
  const length = c.req.header('content-length');
  const { maxSize, whileReading } = `${method} ${path}` === PREDICT ? PREDICT_LIMIT : LIMIT;
  if (length === undefined || c.req.header('transfer-encoding') !== undefined) return whileReading(c, next);
  if (Number(length) > maxSize) return refuse(maxSize);
  return next();
});

function refuse(maxSize: number): never {
  throw new LevigateError(
    'payload_too_large',
    `the JSON body is larger than ${maxSize} bytes: send fewer inputs at once, or upload them as a file`,
  );
}
