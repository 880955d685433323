import { createRoute } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { FileObject, UPLOAD_PURPOSES } from '../../../contract/index.ts';
import { createFile } from '../../../services/files/create.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { digestParts } from '../../multipart/digest-parts.ts';
import { readMultipart } from '../../multipart/read-multipart.ts';
import { formBody } from '../../openapi/form-body.ts';
import { failures, json } from '../../openapi/responses.ts';

const route = createRoute({
  method: 'post',
  path: '/files',
  tags: ['Files'],
  summary: 'Upload a file',
  request: {
    body: formBody(
      {
        file: { type: 'string', format: 'binary' },
        purpose: { type: 'string', enum: [...UPLOAD_PURPOSES] },
        'expires_after[anchor]': { type: 'string', enum: ['created_at'] },
        'expires_after[seconds]': { type: 'integer', minimum: 3_600, maximum: 2_592_000 },
      },
      ['file', 'purpose'],
    ),
  },
  responses: { 200: json(FileObject, 'The file'), ...failures(400) },
});

export const registerCreateFile = (app: OpenAPIHono<GatewayEnv>) =>
  app.openapi(route, async (c) => {
    const parts = digestParts(readMultipart(c.req.raw.body, c.req.header('content-type')), c.get('bodyDigest'));
    return c.json(await createFile(c.get('context'), parts), 200);
  });
