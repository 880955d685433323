import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Deleted } from '../../../contract/index.ts';
import { deleteFile } from '../../../services/files/delete.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { FileParams } from './file-params.ts';

const route = createRoute({
  method: 'delete',
  path: '/files/{file_id}',
  tags: ['Files'],
  summary: 'Delete a file that no unfinished job uses',
  request: { params: FileParams },
  responses: { 200: json(Deleted, 'It is gone'), ...failures(404, 409) },
});

export const registerDeleteFile = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const id = c.req.valid('param').file_id;
    await deleteFile(c.get('context'), id);
    return c.json({ id, object: 'file', deleted: true as const }, 200);
  });
