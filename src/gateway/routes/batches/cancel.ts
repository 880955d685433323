import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Batch } from '../../../contract/index.ts';
import { cancelBatch } from '../../../services/batches/cancel.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { BatchParams } from './batch-params.ts';

const route = createRoute({
  method: 'post',
  path: '/batches/{batch_id}/cancel',
  tags: ['Batches'],
  summary: 'Cancel a batch; what was answered becomes its files',
  request: { params: BatchParams },
  responses: { 200: json(Batch, 'The batch, being cancelled'), ...failures(404, 409) },
});

export const registerCancelBatch = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await cancelBatch(c.get('context'), c.req.valid('param').batch_id), 200));
