import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Batch } from '../../../contract/index.ts';
import { getBatch } from '../../../services/batches/get.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { BatchParams } from './batch-params.ts';

const route = createRoute({
  method: 'get',
  path: '/batches/{batch_id}',
  tags: ['Batches'],
  summary: 'Describe a batch',
  request: { params: BatchParams },
  responses: { 200: json(Batch, 'The batch'), ...failures(404) },
});

export const registerGetBatch = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await getBatch(c.get('context'), c.req.valid('param').batch_id), 200));
