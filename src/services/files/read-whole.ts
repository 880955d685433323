import { LevigateError } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireFile } from './require-file.ts';

/** A small file at once; rejects with `payload_too_large` above `maxBytes`. */
export async function readWholeFile(ctx: Context, id: string, maxBytes: number): Promise<Uint8Array> {
  requireScope(ctx, 'files:read');
  const { blobKey, sizeBytes } = await requireFile(ctx, id);
  if (sizeBytes > maxBytes)
    throw new LevigateError('payload_too_large', `the file "${id}" has ${sizeBytes} bytes: at most ${maxBytes}`);
  const bytes = await ctx.services.blobs.read(blobKey, { offset: 0, length: sizeBytes });
  if (!bytes) throw new Error(`internal: the blob ${blobKey} is gone while its row is there`);
  return bytes;
}
