import { createId, LevigateError, LIMITS } from '../../contract/index.ts';
import type { UploadPartObject } from '../../contract/index.ts';
import { insertUploadPart } from '../../store/queries/uploads.ts';
import { requireScope, toSeconds } from '../context.ts';
import type { Context } from '../context.ts';
import type { UploadPart } from '../files/create.ts';
import { requirePendingUpload } from './require-pending.ts';

/** Streams one part into the blob store. Parts may come in any order and at once; the order is told at the end. */
export async function addUploadPart(
  ctx: Context,
  uploadId: string,
  parts: AsyncIterable<UploadPart>,
): Promise<UploadPartObject> {
  requireScope(ctx, 'files:write');
  const { services } = ctx;
  await requirePendingUpload(ctx, uploadId);
  const nowMs = services.clock.nowMs();
  const id = createId('uploadPart', nowMs);
  let stored: { readonly sizeBytes: number; readonly version: string } | null = null;
  for await (const part of parts) {
    if (part.name !== 'data')
      throw invalid(part.name, `the part "${part.name}" is not known: send the bytes as "data"`);
    if (stored) throw invalid('data', 'there are two parts "data": send one a request');
    const body = part.kind === 'file' ? part.body : new Blob([part.value]).stream();
    stored = await services.blobs.parts.put({ uploadId, partId: id }, body, { maxBytes: LIMITS.uploadPartBytes });
  }
  if (!stored) throw invalid('data', 'the part "data" is missing: send the bytes as a multipart part "data"');
  if (stored.sizeBytes === 0) throw invalid('data', 'the part "data" is empty');
  const { sizeBytes, version } = stored;
  const isKept = await insertUploadPart(
    services.db,
    { id, uploadId, sizeBytes, version },
    { maxParts: LIMITS.uploadParts },
  );
  if (isKept) return { id, object: 'upload.part', created_at: toSeconds(nowMs), upload_id: uploadId };
  // It was completed or cancelled meanwhile, or is full; a part that no row names is swept.
  await requirePendingUpload(ctx, uploadId);
  throw invalid('data', `the upload has ${LIMITS.uploadParts} parts already: send larger ones`);
}

const invalid = (param: string, message: string): LevigateError =>
  new LevigateError('invalid_request', message, { param });
