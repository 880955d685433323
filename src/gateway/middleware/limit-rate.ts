import type { Next } from 'hono';
import { admit } from '../../services/limits/admit.ts';
import type { GatewayContext } from '../gateway-env.ts';

/** Keeps a caller within its limits while the request goes on. */
export async function limitRate(c: GatewayContext, next: Next): Promise<void> {
  const ctx = c.get('context');
  if (ctx.actor.limits === null && ctx.actor.project.limits === null) return next();
  const release = await admit(ctx);
  try {
    await next();
  } finally {
    release();
  }
}
