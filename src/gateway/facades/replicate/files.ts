import { createRoute, z } from '@hono/zod-openapi';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { LevigateError } from '../../../contract/index.ts';
import type { FileObject } from '../../../contract/index.ts';
import { createFile } from '../../../services/files/create.ts';
import type { UploadPart } from '../../../services/files/create.ts';
import { deleteFile } from '../../../services/files/delete.ts';
import { getFile } from '../../../services/files/get.ts';
import { listFiles } from '../../../services/files/list.ts';
import type { GatewayEnv } from '../../gateway-env.ts';
import { readMultipart } from '../../multipart/read-multipart.ts';
import { baseUrlOf, defineDelete, defineRead, defineUpload, IdParams, NoParams, pageOf, toPage } from './define.ts';
import { fileUrl } from './inputs.ts';

const ReplicateFile = z
  .object({
    id: z.string(),
    name: z.string(),
    content_type: z.string(),
    size: z.int(),
    etag: z.string(),
    checksums: z.object({ sha256: z.string() }),
    metadata: z.record(z.string(), z.unknown()),
    created_at: z.string(),
    expires_at: z.string().nullable(),
    urls: z.object({ get: z.string() }),
  })
  .openapi('ReplicateFile');

const answer = ReplicateFile;
const create = createRoute(
  defineUpload('/files', {
    part: 'content',
    answer,
    summary: 'Upload a training file, or an image of a prediction: a file like any other, for a day',
  }),
);
const get = createRoute(defineRead('/files/{id}', { params: IdParams, answer, summary: 'A file' }));
const list = createRoute(
  defineRead('/files', { params: NoParams, answer: pageOf(answer), summary: 'Files, newest first' }),
);
const remove = createRoute(defineDelete('/files/{id}', { params: IdParams, summary: 'Delete a file' }));

const LISTED = 100;
// As long as Replicate keeps what is uploaded.
const KEPT_S = 24 * 3_600;

export function registerFiles(app: OpenAPIHono<GatewayEnv>): void {
  app.openapi(create, async (c) => {
    const parts = toOurParts(readMultipart(c.req.raw.body, c.req.header('content-type')));
    return c.json(toReplicateFile(await createFile(c.get('context'), parts), baseUrlOf(c.req.url)), 201);
  });
  app.openapi(get, async (c) => {
    const file = await getFile(c.get('context'), c.req.valid('param').id);
    return c.json(toReplicateFile(file, baseUrlOf(c.req.url)), 200);
  });
  app.openapi(list, async (c) => {
    const { data } = await listFiles(c.get('context'), { limit: LISTED, order: 'desc' });
    return c.json(toPage(data.map((file) => toReplicateFile(file, baseUrlOf(c.req.url)))), 200);
  });
  app.openapi(remove, async (c) => {
    await deleteFile(c.get('context'), c.req.valid('param').id);
    return c.body(null, 204);
  });
}

/** Replicate's part `content` is our `file`; its `metadata` and `type` have no place here. */
async function* toOurParts(parts: AsyncIterable<UploadPart>): AsyncGenerator<UploadPart> {
  let hasContent = false;
  for await (const part of parts) {
    if (part.kind !== 'file' || part.name !== 'content') continue;
    hasContent = true;
    yield { ...part, name: 'file' };
  }
  if (!hasContent)
    throw new LevigateError('invalid_request', 'the part "content" is missing: send the file in it', {
      param: 'content',
    });
  yield { kind: 'field', name: 'purpose', value: 'fine-tune' };
  yield { kind: 'field', name: 'expires_after[anchor]', value: 'created_at' };
  yield { kind: 'field', name: 'expires_after[seconds]', value: String(KEPT_S) };
}

const toReplicateFile = (file: FileObject, baseUrl: string): z.infer<typeof ReplicateFile> => ({
  id: file.id,
  name: file.filename,
  content_type: 'application/octet-stream',
  size: file.bytes,
  etag: file.sha256,
  checksums: { sha256: file.sha256 },
  metadata: {},
  created_at: iso(file.created_at),
  expires_at: file.expires_at === null ? null : iso(file.expires_at),
  urls: { get: fileUrl(baseUrl, file.id) },
});

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();
