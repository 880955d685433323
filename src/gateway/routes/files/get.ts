import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { FileObject } from '../../../contract/index.ts';
import { getFile } from '../../../services/files/get.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { FileParams } from './file-params.ts';

const route = createRoute({
  method: 'get',
  path: '/files/{file_id}',
  tags: ['Files'],
  summary: 'Describe a file',
  request: { params: FileParams },
  responses: { 200: json(FileObject, 'The file'), ...failures(404) },
});

export const registerGetFile = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await getFile(c.get('context'), c.req.valid('param').file_id), 200));
