import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { FileObject, FilesQuery, page } from '../../../contract/index.ts';
import { listFiles } from '../../../services/files/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'get',
  path: '/files',
  tags: ['Files'],
  summary: 'List files, newest first',
  request: { query: FilesQuery },
  responses: { 200: json(page(FileObject), 'A page of files'), ...failures(400) },
});

export const registerListFiles = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await listFiles(c.get('context'), c.req.valid('query')), 200));
