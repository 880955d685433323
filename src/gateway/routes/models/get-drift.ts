import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ModelDrift } from '../../../contract/index.ts';
import { getModelDrift } from '../../../services/models/get-drift.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { ModelParams } from './model-params.ts';

const route = createRoute({
  method: 'get',
  path: '/models/{model}/drift',
  tags: ['Models'],
  summary: "Whether a model's predictions are still of inputs like those it was validated on",
  request: { params: ModelParams },
  responses: { 200: json(ModelDrift, 'State, reference and the last windows'), ...failures(404) },
});

export const registerGetModelDrift = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await getModelDrift(c.get('context'), c.req.valid('param').model), 200));
