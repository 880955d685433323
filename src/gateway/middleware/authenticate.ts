import { createMiddleware } from 'hono/factory';
import { LevigateError, LIMITS } from '../../contract/index.ts';
import { verifyApiKey } from '../../services/keys/verify.ts';
import { createAdmission } from '../../services/limits/admission.ts';
import type { Services } from '../../services/ports.ts';
import type { GatewayEnv } from '../gateway-env.ts';
import { limitRate } from './limit-rate.ts';

/** Reads the bearer key, leaves the caller's context for the routes, and keeps the caller within its limits. */
export const authenticate = (services: Services) =>
  createMiddleware<GatewayEnv>(async function authenticate(c, next) {
    const secret = bearerToken(c.req.header('authorization'));
    if (secret === null) {
      throw new LevigateError('missing_api_key', 'no API key: send it as "Authorization: Bearer <key>"');
    }
    const actor = await verifyApiKey(services, secret);
    c.set('context', {
      services,
      actor,
      requestId: c.get('requestId'),
      signal: c.req.raw.signal,
      admission: createAdmission(),
      scaleUpMs: scaleUpMs(c.req.header('x-scale-up-timeout')),
      span: c.get('span'),
      traceparent: c.req.header('traceparent'),
    });
    await limitRate(c, next);
  });

export function bearerToken(header: string | undefined): string | null {
  const match = /^Bearer\s+(\S+)$/i.exec(header ?? '');
  return match?.[1] ?? null;
}

/** Seconds as Hugging Face's endpoints read them; more than the most means the most. */
function scaleUpMs(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const seconds = Number(header.trim() || Number.NaN);
  if (seconds >= 0) return Math.min(seconds, LIMITS.scaleUpSeconds) * 1000;
  throw new LevigateError(
    'invalid_request',
    `"x-scale-up-timeout": "${header}" is not a number of seconds: send 0 to ${LIMITS.scaleUpSeconds}, such as 60`,
    { param: 'x-scale-up-timeout' },
  );
}
