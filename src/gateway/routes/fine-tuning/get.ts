import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Job } from '../../../contract/index.ts';
import { getJob } from '../../../services/jobs/get.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { JobParams } from './job-params.ts';

const route = createRoute({
  method: 'get',
  path: '/fine_tuning/jobs/{fine_tuning_job_id}',
  tags: ['Fine-tuning'],
  summary: 'Describe a fine-tuning job',
  request: { params: JobParams },
  responses: { 200: json(Job, 'The job'), ...failures(404) },
});

export const registerGetJob = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await getJob(c.get('context'), c.req.valid('param').fine_tuning_job_id), 200));
