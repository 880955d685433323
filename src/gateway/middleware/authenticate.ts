import { createMiddleware } from 'hono/factory';
import { LevigateError } from '../../contract/index.ts';
import { verifyApiKey } from '../../services/keys/verify.ts';
import type { Services } from '../../services/ports.ts';
import type { GatewayEnv } from '../gateway-env.ts';

/** Reads the bearer key and leaves the caller's context for the routes. */
export const authenticate = (services: Services) =>
  createMiddleware<GatewayEnv>(async function authenticate(c, next) {
    const secret = bearerToken(c.req.header('authorization'));
    if (secret === null) {
      throw new LevigateError('missing_api_key', 'no API key: send it as "Authorization: Bearer <key>"');
    }
    const actor = await verifyApiKey(services, secret);
    c.set('context', { services, actor, requestId: c.get('requestId'), signal: c.req.raw.signal });
    c.header('openai-organization', actor.projectId);
    await next();
  });

export function bearerToken(header: string | undefined): string | null {
  const match = /^Bearer\s+(\S+)$/i.exec(header ?? '');
  return match?.[1] ?? null;
}
