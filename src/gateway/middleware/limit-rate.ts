import type { Next } from 'hono';
import { admit } from '../../services/limits/admit.ts';
import type { GatewayContext } from '../gateway-env.ts';

/** Keeps a caller within its limits while the request goes on, and says in OpenAI's headers what is left of them. */
export async function limitRate(c: GatewayContext, next: Next): Promise<void> {
  const ctx = c.get('context');
  if (ctx.actor.limits === null && ctx.actor.project.limits === null) return next();
  try {
    const release = await admit(ctx);
    try {
      await next();
    } finally {
      release();
    }
  } finally {
    setRateLimitHeaders(c);
  }
}

function setRateLimitHeaders(c: GatewayContext): void {
  for (const [resource, { limit, remaining, resetMs }] of c.get('context').admission.states) {
    c.header(`x-ratelimit-limit-${resource}`, String(limit));
    c.header(`x-ratelimit-remaining-${resource}`, String(remaining));
    c.header(`x-ratelimit-reset-${resource}`, toDuration(resetMs));
  }
}

/** As OpenAI writes them: `12ms`, `1.5s`, `6m0s`. */
function toDuration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 10) / 100;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}m${Math.ceil(seconds - minutes * 60)}s`;
}
