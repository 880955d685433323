import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { LevigateError, UploadedArtifact } from '../../../contract/index.ts';
import type { ExportGrant } from '../../../services/exports/grant.ts';
import { downloadExportFile, receiveExport } from '../../../services/exports/worker-side.ts';
import type { Services } from '../../../services/ports.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';

const GrantParams = z.object({
  project_id: z.string(),
  export_id: z.string().regex(/^[0-9a-f]{64}$/),
  expires: z.coerce.number().int(),
});
const HEADER = 'x-export-token';

const file = createRoute({
  method: 'get',
  path: '/exports/{project_id}/{export_id}/{expires}/files/{file_id}',
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

const archive = createRoute({
  method: 'put',
  path: '/exports/{project_id}/{export_id}/{expires}',
  hide: true,
  request: { params: GrantParams },
  responses: { 200: json(UploadedArtifact, 'Kept'), ...failures(400, 409, 413) },
});

/** What a worker reads and writes while it makes an export. */
export function registerExportRoutes(app: OpenAPIHono<GatewayEnv>, services: Services): void {
  app.openapi(file, async (c) => {
    const params = c.req.valid('param');
    const token = c.req.header(HEADER) ?? '';
    const { body, sizeBytes } = await downloadExportFile(services, toGrant(params), { token, fileId: params.file_id });
    return c.body(body, 200, { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) });
  });
  app.openapi(archive, async (c) => {
    const { body } = c.req.raw;
    if (!body) throw new LevigateError('invalid_request', 'send the archive as the request body');
    const token = c.req.header(HEADER) ?? '';
    const { sizeBytes, sha256 } = await receiveExport(services, toGrant(c.req.valid('param')), { token, body });
    return c.json({ bytes: sizeBytes, sha256 }, 200);
  });
}

const toGrant = ({ project_id, export_id, expires }: z.infer<typeof GrantParams>): ExportGrant => ({
  projectId: project_id,
  exportId: export_id,
  expiresMs: expires,
});
