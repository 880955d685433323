import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { PurgedFeatureCache } from '../../../contract/index.ts';
import { purgeFeatureCache } from '../../../services/features/purge.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'delete',
  path: '/feature_cache',
  tags: ['Predictions'],
  summary: "Erase what workers keep of the project's inputs",
  description: 'Features of texts and images, in memory and on disk. Models, files and jobs stay as they are.',
  responses: { 200: json(PurgedFeatureCache, 'What each worker erased'), ...failures() },
});

export const registerPurgeFeatureCache = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await purgeFeatureCache(c.get('context')), 200));
