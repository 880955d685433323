import { createMiddleware } from 'hono/factory';
import type { GatewayEnv } from '../gateway-env.ts';

/** OpenAI's headers on every answer. */
export const processingTime = createMiddleware<GatewayEnv>(async function processingTime(c, next) {
  const startMs = performance.now();
  await next();
  c.header('openai-processing-ms', String(Math.round(performance.now() - startMs)));
  c.header('openai-version', '2020-10-01');
});
