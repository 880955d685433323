import { createMiddleware } from 'hono/factory';
import { createId } from '../../contract/index.ts';
import { answerHeaders } from '../answer-headers.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { crossOrigin } from './cross-origin.ts';

/** A client's own id is kept when it is short and of these. */
const REQUEST_ID = /^[\w\-=]{1,128}$/;

/**
 * The request's id, and the headers of every answer. They are set on the finished response, once and by one middleware: each middleware of
 * Hono's that sets some makes the response anew, which costs a prediction more than all that is done for it otherwise.
 */
export const standardHeaders = createMiddleware<GatewayEnv>(async function standardHeaders(c, next) {
  c.set('startMs', performance.now());
  const sentId = c.req.header('x-request-id');
  c.set('requestId', sentId !== undefined && REQUEST_ID.test(sentId) ? sentId : createId('request'));
  // Only preflights go through it.
  const preflight = c.req.method === 'OPTIONS' ? await crossOrigin(c, next) : undefined;
  if (c.req.method !== 'OPTIONS') await next();
  if (c.get('hasAllHeaders')) return undefined;
  const { headers } = preflight instanceof Response ? preflight : c.res;
  for (const [name, value] of Object.entries(answerHeaders(c))) headers.set(name, value);
  return preflight instanceof Response ? preflight : undefined;
});
