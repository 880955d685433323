import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { CreateUploadRequest, Upload } from '../../../contract/index.ts';
import { createUpload } from '../../../services/uploads/create.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'post',
  path: '/uploads',
  tags: ['Uploads'],
  summary: 'Announce a file that comes in parts, up to 8 GB',
  description: 'It expires after an hour. Parts of up to 64 MB, in any order.',
  request: { body: { required: true, content: { 'application/json': { schema: CreateUploadRequest } } } },
  responses: { 200: json(Upload, 'The upload, pending'), ...failures(400) },
});

export const registerCreateUpload = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await createUpload(c.get('context'), c.req.valid('json')), 200));
