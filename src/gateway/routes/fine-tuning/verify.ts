import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Job } from '../../../contract/index.ts';
import { verifyJob } from '../../../services/jobs/verify.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { creationHeaders } from './creation-headers.ts';
import { JobParams } from './job-params.ts';

const route = createRoute({
  method: 'post',
  path: '/fine_tuning/jobs/{fine_tuning_job_id}/verify',
  tags: ['Fine-tuning'],
  summary: 'Train a succeeded job again and compare the adapters, byte for byte',
  description:
    'Answers a new job with the same files, options and seed. It makes no model: once it succeeded, `verification` says whether the adapters are the same and, where not, what differs. `Idempotency-Key` is honoured for a day.',
  request: { params: JobParams },
  responses: { 200: json(Job, 'The job that verifies, queued'), ...failures(400, 404, 409) },
});

export const registerVerifyJob = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { fine_tuning_job_id: id } = c.req.valid('param');
    return c.json(await verifyJob(c.get('context'), id, creationHeaders(c.req)), 200);
  });
