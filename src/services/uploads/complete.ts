import { createId, LevigateError, LIMITS } from '../../contract/index.ts';
import type { CompleteUploadRequest, Upload } from '../../contract/index.ts';
import { endUpload, listUploadParts } from '../../store/queries/uploads.ts';
import type { UploadPartRow, UploadRow } from '../../store/queries/uploads.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { assertStorage } from '../limits/assert-storage.ts';
import { notPending, requirePendingUpload } from './require-pending.ts';
import { toUpload } from './to-wire.ts';

/**
 * Joins the parts in the given order into a file. Rejects with `invalid_request` when a part is unknown or given twice or
 * they do not add up, and with `checksum_mismatch` when the whole has another MD5; the upload then stays pending.
 */
export async function completeUpload(
  ctx: Context,
  uploadId: string,
  { part_ids: partIds, md5 }: CompleteUploadRequest,
): Promise<Upload> {
  requireScope(ctx, 'files:write');
  const { services, actor } = ctx;
  const upload = await requirePendingUpload(ctx, uploadId);
  const parts = inOrder(await listUploadParts(services.db, uploadId), partIds);
  assertWhole(upload, parts);
  // Others may have been completed since this one was announced.
  await assertStorage(ctx, upload.sizeBytes);
  const nowMs = services.clock.nowMs();
  const id = createId('file', nowMs);
  const blobKey = `files/${actor.projectId}/${id}`;
  const { sizeBytes, sha256 } = await services.blobs.parts.complete(blobKey, {
    uploadId,
    parts: parts.map(({ id: partId, version }) => ({ partId, version })),
    maxBytes: LIMITS.uploadBytes,
    md5: md5 ?? undefined,
  });
  const { fileExpiresSeconds } = upload;
  const file = {
    id,
    projectId: actor.projectId,
    filename: upload.filename,
    purpose: upload.purpose,
    sizeBytes,
    sha256,
    blobKey,
    createdMs: nowMs,
    expiresMs: fileExpiresSeconds === null ? null : nowMs + fileExpiresSeconds * 1000,
  };
  const ended = await endUpload(services.db, upload, { status: 'completed', file });
  if (!ended) {
    await services.blobs.delete(blobKey);
    throw notPending(uploadId, 'completed or cancelled by another request');
  }
  await services.blobs.parts.discard(uploadId);
  return toUpload(ended, file);
}

function inOrder(parts: readonly UploadPartRow[], ids: readonly string[]): UploadPartRow[] {
  const known = new Map(parts.map((part) => [part.id, part]));
  return ids.map((id, index) => {
    const part = known.get(id);
    if (!part) throw invalid(`part_ids.${index}`, `"${id}" is no part of this upload`);
    if (ids.indexOf(id) !== index) throw invalid(`part_ids.${index}`, `"${id}" is given twice`);
    return part;
  });
}

function assertWhole({ sizeBytes }: UploadRow, parts: readonly UploadPartRow[]): void {
  const sum = parts.reduce((total, part) => total + part.sizeBytes, 0);
  if (sum === sizeBytes) return;
  throw invalid(
    'part_ids',
    `the parts have ${sum} bytes together, and ${sizeBytes} were announced: ${sum < sizeBytes ? 'a part is missing' : 'there are too many'}`,
  );
}

const invalid = (param: string, problem: string): LevigateError =>
  new LevigateError('invalid_request', `"${param}": ${problem}`, { param });
