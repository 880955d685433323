import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { FineTuningReport } from '../../../contract/index.ts';
import { getJobReport } from '../../../services/jobs/get-report.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { JobParams } from './job-params.ts';

const route = createRoute({
  method: 'get',
  path: '/fine_tuning/jobs/{fine_tuning_job_id}/report',
  tags: ['Fine-tuning'],
  summary: 'Every method beside every other, in-distribution and per shift',
  request: { params: JobParams },
  responses: { 200: json(FineTuningReport, 'The report of a succeeded job'), ...failures(404) },
});

export const registerGetReport = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { body, sizeBytes } = await getJobReport(c.get('context'), c.req.valid('param').fine_tuning_job_id);
    const response = c.body(body, 200, { 'content-type': 'application/json', 'content-length': String(sizeBytes) });
    // The worker wrote the report by the schema above; its bytes pass through unparsed.
    return response as never;
  });
