import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Batch, page, PageQuery } from '../../../contract/index.ts';
import { listBatches } from '../../../services/batches/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/batches',
  tags: ['Batches'],
  summary: 'List batches, newest first',
  request: { query: PageQuery },
  responses: { 200: json(page(Batch), 'A page of batches'), ...failures(400) },
});

export const registerListBatches = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await listBatches(c.get('context'), c.req.valid('query')), 200));
