import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { ArtifactName, LevigateError, UploadedArtifact } from '../../../contract/index.ts';
import { downloadAdapter, downloadCheckpoint, downloadJobFile } from '../../../services/leases/download.ts';
import { uploadArtifact } from '../../../services/leases/upload-artifact.ts';
import type { BlobContent, Services } from '../../../services/ports.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { leaseHeader } from './lease-header.ts';

const bytes = {
  description: 'The bytes',
  content: { 'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } } },
};

const upload = createRoute({
  method: 'put',
  path: '/jobs/{job_id}/artifacts/{name}',
  hide: true,
  request: { params: z.object({ job_id: z.string(), name: ArtifactName }) },
  responses: { 200: json(UploadedArtifact, 'Kept'), ...failures(400, 409, 413) },
});

const checkpoint = createRoute({
  method: 'get',
  path: '/jobs/{job_id}/checkpoint',
  hide: true,
  request: { params: z.object({ job_id: z.string() }) },
  responses: { 200: bytes, ...failures(404, 409) },
});

const file = createRoute({
  method: 'get',
  path: '/jobs/{job_id}/files/{file_id}',
  hide: true,
  request: { params: z.object({ job_id: z.string(), file_id: z.string() }) },
  responses: { 200: bytes, ...failures(404, 409) },
});

const adapter = createRoute({
  method: 'get',
  path: '/adapters/{sha256}',
  hide: true,
  request: { params: z.object({ sha256: z.string() }) },
  responses: { 200: bytes, ...failures(404) },
});

/** Large bytes both ways, streamed. */
export function registerBlobRoutes(app: OpenAPIHono<GatewayEnv>, services: Services): void {
  app.openapi(upload, async (c) => {
    const { job_id: jobId, name } = c.req.valid('param');
    const body = c.req.raw.body;
    if (!body) throw new LevigateError('invalid_request', `send the bytes of the ${name} as the request body`);
    const { sizeBytes, sha256 } = await uploadArtifact(services, { jobId, leaseToken: leaseHeader(c), name, body });
    return c.json({ bytes: sizeBytes, sha256 }, 200);
  });
  app.openapi(checkpoint, async (c) => {
    const lease = { jobId: c.req.valid('param').job_id, leaseToken: leaseHeader(c) };
    return c.body(...stream(await downloadCheckpoint(services, lease)));
  });
  app.openapi(file, async (c) => {
    const { job_id: jobId, file_id } = c.req.valid('param');
    return c.body(...stream(await downloadJobFile(services, { jobId, leaseToken: leaseHeader(c) }, file_id)));
  });
  app.openapi(adapter, async (c) => c.body(...stream(await downloadAdapter(services, c.req.valid('param').sha256))));
}

const stream = ({ body, sizeBytes }: BlobContent) =>
  [
    body,
    200,
    { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) },
  ] as const satisfies readonly unknown[];
