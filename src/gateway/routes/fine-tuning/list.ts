import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Job, page, PageQuery } from '../../../contract/index.ts';
import { listJobs } from '../../../services/jobs/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { parseMetadataFilter } from './metadata-filter.ts';

const route = createRoute({
  method: 'get',
  path: '/fine_tuning/jobs',
  tags: ['Fine-tuning'],
  summary: 'List fine-tuning jobs, newest first',
  description: '`metadata[key]=value` keeps jobs with that pair, `metadata=null` jobs without metadata.',
  request: { query: PageQuery },
  responses: { 200: json(page(Job), 'A page of jobs'), ...failures(400) },
});

export const registerListJobs = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const query = { ...c.req.valid('query'), metadata: parseMetadataFilter(c.req.url) };
    return c.json(await listJobs(c.get('context'), query), 200);
  });
