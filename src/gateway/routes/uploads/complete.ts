import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { CompleteUploadRequest, Upload } from '../../../contract/index.ts';
import { completeUpload } from '../../../services/uploads/complete.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { UploadParams } from './upload-params.ts';

const route = createRoute({
  method: 'post',
  path: '/uploads/{upload_id}/complete',
  tags: ['Uploads'],
  summary: 'Join the parts into a file',
  request: {
    params: UploadParams,
    body: { required: true, content: { 'application/json': { schema: CompleteUploadRequest } } },
  },
  responses: { 200: json(Upload, 'The upload with its file'), ...failures(400, 404, 409) },
});

export const registerCompleteUpload = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) =>
    c.json(await completeUpload(c.get('context'), c.req.valid('param').upload_id, c.req.valid('json')), 200),
  );
