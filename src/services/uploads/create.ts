import { createId, HOUR_MS } from '../../contract/index.ts';
import type { CreateUploadRequest, Upload } from '../../contract/index.ts';
import { insertUpload } from '../../store/queries/uploads.ts';
import type { UploadRow } from '../../store/queries/uploads.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { assertStorage } from '../limits/assert-storage.ts';
import { parseFilename } from '../files/parse-filename.ts';
import { toUpload } from './to-wire.ts';

/** Announces a file whose parts are to come within an hour. */
export async function createUpload(ctx: Context, request: CreateUploadRequest): Promise<Upload> {
  requireScope(ctx, 'files:write');
  const { services, actor } = ctx;
  await assertStorage(ctx, request.bytes);
  const nowMs = services.clock.nowMs();
  const row: UploadRow = {
    id: createId('upload', nowMs),
    projectId: actor.projectId,
    filename: parseFilename(request.filename, 'filename'),
    purpose: request.purpose,
    sizeBytes: request.bytes,
    status: 'pending',
    fileExpiresSeconds: request.expires_after?.seconds ?? null,
    createdMs: nowMs,
    expiresMs: nowMs + HOUR_MS,
  };
  await insertUpload(services.db, row);
  return toUpload(row);
}
