import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import type { BlobContent } from '../ports.ts';
import { requireFile } from './require-file.ts';

export interface FileContent extends BlobContent {
  readonly filename: string;
}

/** The bytes as they were uploaded. */
export async function getFileContent(ctx: Context, id: string): Promise<FileContent> {
  requireScope(ctx, 'files:read');
  const { blobKey, filename } = await requireFile(ctx, id);
  const content = await ctx.services.blobs.get(blobKey);
  if (!content) throw new Error(`internal: the blob ${blobKey} is gone while its row is there`);
  return { ...content, filename };
}
