import type { TypedResponse } from 'hono';
import { rateLimitHeaders } from './rate-limit-headers.ts';
import { EXPOSED_HEADERS } from './middleware/cross-origin.ts';
import type { Context } from '../services/context.ts';
import type { GatewayContext } from './gateway-env.ts';

type Headers = Readonly<Record<string, string>>;

/** As Hono's own `secureHeaders()` and `cors()` set them. */
const SAME_FOR_ALL: Headers = {
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
};

/** What every answer carries, with what is known of the caller by now. */
export function answerHeaders(c: GatewayContext): Headers {
  const context: Context | undefined = c.get('context');
  return {
    ...SAME_FOR_ALL,
    'x-request-id': c.get('requestId'),
    'openai-processing-ms': String(Math.round(performance.now() - c.get('startMs'))),
    ...(context === undefined ? {} : { 'openai-organization': context.actor.projectId }),
    ...(context === undefined ? {} : rateLimitHeaders(context.admission)),
  };
}

/**
 * An answer that is given often, made once with all its headers as a plain object, which Node's server writes as it is. Headers that are set
 * one by one, on a response that is then taken apart again, took a fifth of a prediction's time at the gateway.
 */
export function answerJson<Body>(
  c: GatewayContext,
  body: Body,
  headers: Headers,
): Response & TypedResponse<Body, 200, 'json'> {
  c.set('hasAllHeaders', true);
  const all = { ...answerHeaders(c), 'content-type': 'application/json', ...headers };
  // The type is a mark for the compiler alone, as on what `c.json()` gives.
  return new Response(JSON.stringify(body), { headers: all }) as Response & TypedResponse<Body, 200, 'json'>;
}
