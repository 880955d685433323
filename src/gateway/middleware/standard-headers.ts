import { createMiddleware } from 'hono/factory';
import { createId } from '../../contract/index.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { crossOrigin, EXPOSED_HEADERS } from './cross-origin.ts';

/** As Hono's own `secureHeaders()` and `cors()` set them. */
const SAME_FOR_ALL: readonly (readonly [string, string])[] = Object.entries({
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED_HEADERS.join(','),
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'openai-version': '2020-10-01',
  'origin-agent-cluster': '?1',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=15552000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
  'x-download-options': 'noopen',
  'x-frame-options': 'SAMEORIGIN',
  'x-permitted-cross-domain-policies': 'none',
  'x-xss-protection': '0',
});

/** A client's own id is kept when it is short and of these. */
const REQUEST_ID = /^[\w\-=]{1,128}$/;

/**
 * The request's id, and the headers of every answer. They are set on the finished response, once and by one middleware: each middleware of
 * Hono's that sets some makes the response anew, which costs a prediction more than all that is done for it otherwise.
 */
export const standardHeaders = createMiddleware<GatewayEnv>(async function standardHeaders(c, next) {
  const startMs = performance.now();
  const sentId = c.req.header('x-request-id');
  const requestId = sentId !== undefined && REQUEST_ID.test(sentId) ? sentId : createId('request');
  c.set('requestId', requestId);
  // Only preflights go through it.
  const preflight = c.req.method === 'OPTIONS' ? await crossOrigin(c, next) : undefined;
  if (c.req.method !== 'OPTIONS') await next();
  const { headers } = preflight instanceof Response ? preflight : c.res;
  headers.set('x-request-id', requestId);
  headers.set('openai-processing-ms', String(Math.round(performance.now() - startMs)));
  for (const [name, value] of SAME_FOR_ALL) headers.set(name, value);
  return preflight instanceof Response ? preflight : undefined;
});
