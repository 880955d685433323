import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { JobCheckpoint, page, PageQuery } from '../../../contract/index.ts';
import { listCheckpoints } from '../../../services/jobs/list-checkpoints.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { JobParams } from './job-params.ts';

const route = createRoute({
  method: 'get',
  path: '/fine_tuning/jobs/{fine_tuning_job_id}/checkpoints',
  tags: ['Fine-tuning'],
  summary: 'List checkpoints: the model after each of its last epochs, which can be asked like any other',
  description: 'None for a method without epochs, and for jobs of several targets.',
  request: { params: JobParams, query: PageQuery },
  responses: { 200: json(page(JobCheckpoint), 'A page of checkpoints'), ...failures(400, 404) },
});

export const registerListCheckpoints = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(await listCheckpoints(c.get('context'), c.req.valid('param').fine_tuning_job_id, c.req.valid('query')), 200),
  );
