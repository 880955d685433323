import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { CreateJobRequest, Job } from '../../../contract/index.ts';
import { createJob } from '../../../services/jobs/create.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { toInvalidCreation } from './invalid-creation.ts';

const route = createRoute({
  method: 'post',
  path: '/fine_tuning/jobs',
  tags: ['Fine-tuning'],
  summary: 'Create a fine-tuning job',
  description:
    'Reads the files before it accepts the job. `Idempotency-Key` is honoured for a day: the same key and body answer the first job.',
  request: { body: { required: true, content: { 'application/json': { schema: CreateJobRequest } } } },
  responses: { 200: json(Job, 'The job, queued'), ...failures(400, 404, 413) },
});

export const registerCreateJob = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(
    route,
    async (c) => {
      const headers = {
        idempotencyKey: c.req.header('idempotency-key'),
        isRetry: Number(c.req.header('x-stainless-retry-count') ?? 0) > 0,
      };
      return c.json(await createJob(c.get('context'), c.req.valid('json'), headers), 200);
    },
    (result) => {
      if (!result.success) throw toInvalidCreation(result.error.issues);
    },
  );
