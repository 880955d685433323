import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ModelGraph } from '../../../contract/index.ts';
import { getModelGraph } from '../../../services/graphs/get.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { ModelParams } from './model-params.ts';

const route = createRoute({
  method: 'get',
  path: '/models/{model}/graph',
  tags: ['Models'],
  summary: 'How a model is put together',
  description: "The backbone's layers, the pooling, and what an adapter computes of their features, as blocks to draw.",
  request: { params: ModelParams },
  responses: { 200: json(ModelGraph, 'Its blocks'), ...failures(404, 429, 502, 503, 504) },
});

export const registerGetModelGraph = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await getModelGraph(c.get('context'), c.req.valid('param').model), 200));
