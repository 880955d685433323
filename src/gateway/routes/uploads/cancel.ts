import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { Upload } from '../../../contract/index.ts';
import { cancelUpload } from '../../../services/uploads/cancel.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { UploadParams } from './upload-params.ts';

const route = createRoute({
  method: 'post',
  path: '/uploads/{upload_id}/cancel',
  tags: ['Uploads'],
  summary: 'Give an upload up',
  request: { params: UploadParams },
  responses: { 200: json(Upload, 'The upload, cancelled'), ...failures(404, 409) },
});

export const registerCancelUpload = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => c.json(await cancelUpload(c.get('context'), c.req.valid('param').upload_id), 200));
