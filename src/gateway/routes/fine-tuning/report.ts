import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { FineTuningReport } from '../../../contract/index.ts';
import { getJobReport, getJobReportCsv } from '../../../services/jobs/get-report.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { contentDisposition } from '../files/content-disposition.ts';
import { JobParams } from './job-params.ts';

const Query = z.object({
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .openapi({ description: '`csv`: one line per method and split, with all its figures' }),
});

const { description, content } = json(FineTuningReport, 'The report of a succeeded job');

const route = createRoute({
  method: 'get',
  path: '/fine_tuning/jobs/{fine_tuning_job_id}/report',
  tags: ['Fine-tuning'],
  summary: 'Every method beside every other, in-distribution and per shift',
  description: 'JSON by the schema at `/v1/fine_tuning/report.schema.json`, or its table as CSV.',
  request: { params: JobParams, query: Query },
  responses: {
    200: { description, content: { ...content, 'text/csv': { schema: z.string() } } },
    ...failures(400, 404),
  },
});

export const registerGetReport = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { fine_tuning_job_id: id } = c.req.valid('param');
    if (c.req.valid('query').format === 'csv') {
      return c.body(await getJobReportCsv(c.get('context'), id), 200, {
        'content-type': 'text/csv; charset=utf-8; header=present',
        'content-disposition': contentDisposition(`${id}-report.csv`),
      });
    }
    const { body, sizeBytes } = await getJobReport(c.get('context'), id);
    // The worker wrote the report by the schema above; its bytes pass through unparsed.
    return c.body(body, 200, { 'content-type': 'application/json', 'content-length': String(sizeBytes) });
  });
