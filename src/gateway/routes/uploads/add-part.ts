import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { UploadPartObject } from '../../../contract/index.ts';
import { addUploadPart } from '../../../services/uploads/add-part.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { digestParts } from '../../multipart/digest-parts.ts';
import { readMultipart } from '../../multipart/read-multipart.ts';
import { formBody } from '../../openapi/form-body.ts';
import { failures, json } from '../../openapi/responses.ts';
import { UploadParams } from './upload-params.ts';

const route = createRoute({
  method: 'post',
  path: '/uploads/{upload_id}/parts',
  tags: ['Uploads'],
  summary: 'Add a part',
  request: {
    params: UploadParams,
    body: formBody({ data: { type: 'string', format: 'binary' } }, ['data']),
  },
  responses: { 200: json(UploadPartObject, 'The part'), ...failures(400, 404, 409) },
});

export const registerAddUploadPart = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const parts = digestParts(readMultipart(c.req.raw.body, c.req.header('content-type')), c.get('bodyDigest'));
    return c.json(await addUploadPart(c.get('context'), c.req.valid('param').upload_id, parts), 200);
  });
