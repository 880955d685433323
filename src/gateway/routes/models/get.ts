import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Model } from '../../../contract/index.ts';
import { getModel } from '../../../services/models/get.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { ModelParams } from './model-params.ts';

const route = createRoute({
  method: 'get',
  path: '/models/{model}',
  tags: ['Models'],
  summary: 'Describe a model',
  request: { params: ModelParams },
  responses: { 200: json(Model, 'The model'), ...failures(404) },
});

export const registerGetModel = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await getModel(c.get('context'), c.req.valid('param').model), 200));
