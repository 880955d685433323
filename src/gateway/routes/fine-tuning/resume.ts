import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Job } from '../../../contract/index.ts';
import { resumeJob } from '../../../services/jobs/resume.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { JobParams } from './job-params.ts';

const route = createRoute({
  method: 'post',
  path: '/fine_tuning/jobs/{fine_tuning_job_id}/resume',
  tags: ['Fine-tuning'],
  summary: 'Queue a paused job again',
  request: { params: JobParams },
  responses: { 200: json(Job, 'The job'), ...failures(404, 409) },
});

export const registerResumeJob = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(await resumeJob(c.get('context'), c.req.valid('param').fine_tuning_job_id), 200),
  );
