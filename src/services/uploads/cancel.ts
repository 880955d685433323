import type { Upload } from '../../contract/index.ts';
import { endUpload } from '../../store/queries/uploads.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { notPending, requirePendingUpload } from './require-pending.ts';
import { toUpload } from './to-wire.ts';

/** Gives an upload up; its parts go. */
export async function cancelUpload(ctx: Context, uploadId: string): Promise<Upload> {
  requireScope(ctx, 'files:write');
  const upload = await requirePendingUpload(ctx, uploadId);
  const ended = await endUpload(ctx.services.db, upload, { status: 'cancelled' });
  if (!ended) throw notPending(uploadId, 'completed or cancelled by another request');
  await ctx.services.blobs.parts.discard(uploadId);
  return toUpload(ended);
}
