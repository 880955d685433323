import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  DirectUploadRequest,
  ExportUpload,
  JoinParts,
  LevigateError,
  LIMITS,
  UploadedExport,
  UploadedPart,
} from '../../../contract/index.ts';
import type { ExportGrant } from '../../../services/exports/grant.ts';
import {
  downloadExportFile,
  joinExportParts,
  planExportUpload,
  receiveExport,
  receiveExportPart,
} from '../../../services/exports/worker-side.ts';
import type { Services } from '../../../services/ports.ts';
import type { GatewayContext, GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { jsonBody } from './json-body.ts';

const GrantParams = z.object({
  project_id: z.string(),
  export_id: z.string().regex(/^[0-9a-f]{64}$/),
  expires: z.coerce.number().int(),
});
const PATH = '/exports/{project_id}/{export_id}/{expires}';
const HEADER = 'x-export-token';

const file = createRoute({
  method: 'get',
  path: `${PATH}/files/{file_id}`,
  hide: true,
  request: { params: GrantParams.extend({ file_id: z.string() }) },
  responses: {
    200: {
      description: 'The bytes',
      content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
    },
    ...failures(404, 409),
  },
});

const plan = createRoute({
  method: 'post',
  path: PATH,
  hide: true,
  request: { params: GrantParams, ...jsonBody(DirectUploadRequest) },
  responses: { 200: json(ExportUpload, 'How to send the archive'), ...failures(400, 409, 413) },
});

const archive = createRoute({
  method: 'put',
  path: PATH,
  hide: true,
  request: { params: GrantParams },
  responses: { 200: json(UploadedExport, 'Kept'), ...failures(400, 409, 413) },
});

const PartsParams = GrantParams.extend({ upload_id: z.uuid() });

const part = createRoute({
  method: 'put',
  path: `${PATH}/parts/{upload_id}/{part}`,
  hide: true,
  request: {
    params: PartsParams.extend({
      part: z.coerce
        .number()
        .int()
        .min(0)
        .max(LIMITS.uploadParts - 1),
    }),
  },
  responses: { 200: json(UploadedPart, 'Kept until it is joined'), ...failures(400, 409, 413) },
});

const join = createRoute({
  method: 'post',
  path: `${PATH}/parts/{upload_id}`,
  hide: true,
  request: { params: PartsParams, ...jsonBody(JoinParts) },
  responses: { 200: json(UploadedExport, 'Kept'), ...failures(400, 409, 413) },
});

/** What a worker reads and writes while it makes an export. */
export function registerExportRoutes(app: OpenAPIHono<GatewayEnv>, services: Services): void {
  app.openapi(file, async (c) => {
    const params = c.req.valid('param');
    const wanted = { ...presented(c), fileId: params.file_id };
    const { body, sizeBytes } = await downloadExportFile(services, toGrant(params), wanted);
    return c.body(body, 200, { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) });
  });
  app.openapi(plan, async (c) => {
    const asked = { ...presented(c), sizeBytes: c.req.valid('json').bytes };
    return c.json(await planExportUpload(services, toGrant(c.req.valid('param')), asked), 200);
  });
  app.openapi(archive, async (c) => {
    const sent = { ...presented(c), body: bodyOf(c) };
    const { sizeBytes } = await receiveExport(services, toGrant(c.req.valid('param')), sent);
    return c.json({ bytes: sizeBytes }, 200);
  });
  app.openapi(part, async (c) => {
    const params = c.req.valid('param');
    const sent = { ...presented(c), uploadId: params.upload_id, part: params.part, body: bodyOf(c) };
    const { version } = await receiveExportPart(services, toGrant(params), sent);
    return c.json({ version }, 200);
  });
  app.openapi(join, async (c) => {
    const params = c.req.valid('param');
    const parts = { ...presented(c), uploadId: params.upload_id, versions: c.req.valid('json').versions };
    const { sizeBytes } = await joinExportParts(services, toGrant(params), parts);
    return c.json({ bytes: sizeBytes }, 200);
  });
}

const toGrant = ({ project_id, export_id, expires }: z.infer<typeof GrantParams>): ExportGrant => ({
  projectId: project_id,
  exportId: export_id,
  expiresMs: expires,
});

const presented = (c: GatewayContext): { readonly token: string } => ({ token: c.req.header(HEADER) ?? '' });

function bodyOf(c: GatewayContext): ReadableStream<Uint8Array> {
  const { body } = c.req.raw;
  if (body) return body;
  throw new LevigateError('invalid_request', 'send the archive as the request body');
}
