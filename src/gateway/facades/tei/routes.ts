import { OpenAPIHono } from '@hono/zod-openapi';
import { LIMITS } from '../../../contract/index.ts';
import type { Services } from '../../../services/ports.ts';
import type { GatewayContext, GatewayEnv } from '../../gateway-env.ts';
import { authenticate } from '../../middleware/authenticate.ts';
import { limitBody } from '../../middleware/json-body-limit.ts';
import { registerCompare } from './compare.ts';
import { registerEmbed } from './embed.ts';
import { registerInfo } from './info.ts';
import { createTeiMetrics } from './metrics.ts';
import { registerOpenAi } from './openai.ts';
import { registerPredict } from './predict.ts';
import { refuseForm, toTeiError } from './tei-error.ts';
import { registerTokens } from './tokens.ts';
import { registerWatch } from './watch.ts';

/** What tells a watcher nothing of any model needs no key. */
const OPEN = /\/(health|ping|metrics)$/;

/**
 * Text Embeddings Inference's routes of one model: under a prefix that names it, or at the root of a port of its own.
 * @param modelOf which one a request is for
 */
export function teiRoutes(services: Services, modelOf: (c: GatewayContext) => string): OpenAPIHono<GatewayEnv> {
  const metrics = createTeiMetrics();
  const app = new OpenAPIHono<GatewayEnv>({ defaultHook: refuseForm(metrics) });
  const requireKey = authenticate(services);
  app.onError(toTeiError(metrics));
  app.use((c, next) => (OPEN.test(c.req.path) ? next() : requireKey(c, next)), limitBody(LIMITS.jsonBodyBytes));
  for (const register of [
    registerInfo,
    registerEmbed,
    registerOpenAi,
    registerPredict,
    registerCompare,
    registerTokens,
  ])
    register({ app, metrics, modelOf });
  registerWatch({ app, metrics, modelOf }, services);
  return app;
}
