import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { CreateJobRequest, DryRun, Job } from '../../../contract/index.ts';
import { createJob } from '../../../services/jobs/create.ts';
import { dryRunJob } from '../../../services/jobs/dry-run.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { creationHeaders } from './creation-headers.ts';
import { toInvalidCreation } from './invalid-creation.ts';

const route = createRoute({
  method: 'post',
  path: '/fine_tuning/jobs',
  tags: ['Fine-tuning'],
  summary: 'Create a fine-tuning job',
  description:
    'Reads the files before it accepts the job. `Idempotency-Key` is honoured for a day: the same key and body answer the first job. With `dry_run` it answers lint, a preview and an estimate, and makes no job.',
  request: { body: { required: true, content: { 'application/json': { schema: CreateJobRequest } } } },
  responses: {
    200: json(z.union([Job, DryRun]), 'The job, queued; with `dry_run` what was found'),
    ...failures(400, 404),
  },
});

export const registerCreateJob = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(
    route,
    async (c) => {
      const request = c.req.valid('json');
      if (request.dry_run) return c.json(await dryRunJob(c.get('context'), request), 200);
      return c.json(await createJob(c.get('context'), request, creationHeaders(c.req)), 200);
    },
    (result) => {
      if (!result.success) throw toInvalidCreation(result.error);
    },
  );
