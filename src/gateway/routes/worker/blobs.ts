import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import {
  ArtifactName,
  DirectUpload,
  DirectUploadRequest,
  LevigateError,
  UploadedArtifact,
} from '../../../contract/index.ts';
import { keepDirectUpload, offerDirectUpload } from '../../../services/leases/direct-upload.ts';
import { downloadAdapter, downloadCheckpoint, downloadJobFile } from '../../../services/leases/download.ts';
import type { Download } from '../../../services/leases/download.ts';
import { uploadArtifact } from '../../../services/leases/upload-artifact.ts';
import type { Services } from '../../../services/ports.ts';
import type { GatewayContext, GatewayEnv } from '../../gateway-env.ts';
import { failures, json } from '../../openapi/responses.ts';
import { jsonBody } from './json-body.ts';
import { leaseHeader } from './lease-header.ts';

const bytes = {
  description: 'The bytes',
  content: { 'application/octet-stream': { schema: { type: 'string' as const, format: 'binary' } } },
};

const artifactParams = z.object({ job_id: z.string(), name: ArtifactName });

const upload = createRoute({
  method: 'put',
  path: '/jobs/{job_id}/artifacts/{name}',
  hide: true,
  request: { params: artifactParams },
  responses: { 200: json(UploadedArtifact, 'Kept'), ...failures(400, 409, 413) },
});

const offerDirect = createRoute({
  method: 'post',
  path: '/jobs/{job_id}/artifacts/{name}/direct',
  hide: true,
  request: { params: artifactParams, ...jsonBody(DirectUploadRequest) },
  responses: {
    200: json(DirectUpload, 'Where to PUT the bytes'),
    204: { description: 'Not offered: send them here' },
    ...failures(400, 409, 413),
  },
});

const keepDirect = createRoute({
  method: 'post',
  path: '/jobs/{job_id}/artifacts/{name}/direct/{upload_id}',
  hide: true,
  request: { params: artifactParams.extend({ upload_id: z.uuid() }) },
  responses: { 200: json(UploadedArtifact, 'Kept'), ...failures(400, 409, 413) },
});

const elsewhere = { description: 'The bytes are at `location`' };

const checkpoint = createRoute({
  method: 'get',
  path: '/jobs/{job_id}/checkpoint',
  hide: true,
  request: { params: z.object({ job_id: z.string() }) },
  responses: { 200: bytes, 307: elsewhere, ...failures(404, 409) },
});

const file = createRoute({
  method: 'get',
  path: '/jobs/{job_id}/files/{file_id}',
  hide: true,
  request: { params: z.object({ job_id: z.string(), file_id: z.string() }) },
  responses: { 200: bytes, 307: elsewhere, ...failures(404, 409) },
});

const adapter = createRoute({
  method: 'get',
  path: '/adapters/{sha256}',
  hide: true,
  request: { params: z.object({ sha256: z.string() }) },
  responses: { 200: bytes, 307: elsewhere, ...failures(404) },
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
  app.openapi(offerDirect, async (c) => {
    const { job_id: jobId, name } = c.req.valid('param');
    const offer = { jobId, leaseToken: leaseHeader(c), name, sizeBytes: c.req.valid('json').bytes };
    const direct = await offerDirectUpload(services, offer);
    return direct ? c.json(direct, 200) : c.body(null, 204);
  });
  app.openapi(keepDirect, async (c) => {
    const { job_id: jobId, name, upload_id: uploadId } = c.req.valid('param');
    const { sizeBytes, sha256 } = await keepDirectUpload(services, {
      jobId,
      leaseToken: leaseHeader(c),
      name,
      uploadId,
    });
    return c.json({ bytes: sizeBytes, sha256 }, 200);
  });
  app.openapi(checkpoint, async (c) => {
    const lease = { jobId: c.req.valid('param').job_id, leaseToken: leaseHeader(c) };
    return answer(c, await downloadCheckpoint(services, lease));
  });
  app.openapi(file, async (c) => {
    const { job_id: jobId, file_id } = c.req.valid('param');
    return answer(c, await downloadJobFile(services, { jobId, leaseToken: leaseHeader(c) }, file_id));
  });
  app.openapi(adapter, async (c) => answer(c, await downloadAdapter(services, c.req.valid('param').sha256)));
}

function answer(c: GatewayContext, download: Download) {
  if (download.kind === 'elsewhere') return c.redirect(download.url, 307);
  const { body, sizeBytes } = download.content;
  return c.body(body, 200, { 'content-type': 'application/octet-stream', 'content-length': String(sizeBytes) });
}
