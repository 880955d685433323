import { LevigateError } from '../../contract/index.ts';

const PERIOD_S = 60;

/**
 * 429 for an address that asks more often than wrangler.toml's `RATE_LIMITER` allows at this location, before a key is looked up or a body read: what
 * floods the gateway with wrong keys must not reach the database. Limits of keys and projects are another thing, and exact (project-limiter.ts).
 * @returns null where the request may go on
 */
export async function refuseFlood(request: Request, limiter: Pick<RateLimit, 'limit'>): Promise<Response | null> {
  const address = request.headers.get('cf-connecting-ip');
  // Only Cloudflare's own edge sets it; without one nothing tells clients apart.
  if (address === null || (await limiter.limit({ key: address })).success) return null;
  const error = new LevigateError(
    'rate_limit_exceeded',
    `too many requests from your address: wait up to ${PERIOD_S} seconds, or raise RATE_LIMITER in wrangler.toml`,
    { retryAfterS: PERIOD_S },
  );
  return Response.json(error.toBody(), { status: error.status, headers: { 'retry-after': String(PERIOD_S) } });
}
