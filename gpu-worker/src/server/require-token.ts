import { hash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { LevigateError } from '../../../src/contract/errors.ts';

/** Lets in whoever presents one of the tokens. */
export function requireToken(...tokens: readonly string[]): MiddlewareHandler {
  const expected = tokens.map(sha256);
  return async (context, next) => {
    const given = sha256(context.req.header('authorization')?.replace(/^Bearer /, '') ?? '');
    if (expected.some((token) => timingSafeEqual(given, token))) return next();
    throw new LevigateError('invalid_api_key', "This is not this worker's access token: ask the gateway.");
  };
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');
