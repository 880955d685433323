import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Model } from '../../../contract/index.ts';
import { listModels } from '../../../services/models/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const ModelList = z.object({ object: z.literal('list'), data: z.array(Model) });

const route = createRoute({
  method: 'get',
  path: '/models',
  tags: ['Models'],
  summary: 'List fine-tuned models and the backbones',
  responses: { 200: json(ModelList, 'All of them'), ...failures() },
});

export const registerListModels = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json({ object: 'list' as const, data: await listModels(c.get('context')) }, 200));
