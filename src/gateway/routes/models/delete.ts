import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Deleted } from '../../../contract/index.ts';
import { deleteModel } from '../../../services/models/delete.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { ModelParams } from './model-params.ts';

const route = createRoute({
  method: 'delete',
  path: '/models/{model}',
  tags: ['Models'],
  summary: 'Delete a fine-tuned model that nothing unfinished uses',
  request: { params: ModelParams },
  responses: { 200: json(Deleted, 'It is gone'), ...failures(404, 409) },
});

export const registerDeleteModel = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const id = c.req.valid('param').model;
    await deleteModel(c.get('context'), id);
    return c.json({ id, object: 'model', deleted: true as const }, 200);
  });
