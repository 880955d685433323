import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Batch, CreateBatchRequest } from '../../../contract/index.ts';
import { createBatch } from '../../../services/batches/create.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'post',
  path: '/batches',
  tags: ['Batches'],
  summary: 'Have a file of requests answered within a day',
  description:
    'Up to 50,000 lines and 200 MB. Lines are checked first; the batch fails with the numbers of those that are wrong. They are answered after those who wait.',
  request: { body: { required: true, content: { 'application/json': { schema: CreateBatchRequest } } } },
  responses: { 200: json(Batch, 'The batch, whose lines are being checked'), ...failures(400, 404) },
});

export const registerCreateBatch = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await createBatch(c.get('context'), c.req.valid('json')), 200));
