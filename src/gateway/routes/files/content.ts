import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { getFileContent } from '../../../services/files/content.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures } from '../../openapi/responses.ts';
import { contentDisposition } from './content-disposition.ts';
import { FileParams } from './file-params.ts';

const route = createRoute({
  method: 'get',
  path: '/files/{file_id}/content',
  tags: ['Files'],
  summary: 'Download a file',
  request: { params: FileParams },
  responses: {
    200: {
      description: 'The bytes as they were uploaded',
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    },
    ...failures(404),
  },
});

export const registerGetFileContent = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const { body, sizeBytes, filename } = await getFileContent(c.get('context'), c.req.valid('param').file_id);
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(sizeBytes),
      'content-disposition': contentDisposition(filename),
    };
    if (c.req.method !== 'HEAD') return c.body(body, 200, headers);
    // Hono answers HEAD by GET and drops the body, which would leave the blob open.
    await body.cancel();
    return c.body(null, 200, headers);
  });
