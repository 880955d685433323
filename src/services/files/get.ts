import type { FileObject } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireFile } from './require-file.ts';
import { toFileObject } from './to-wire.ts';

export async function getFile(ctx: Context, id: string): Promise<FileObject> {
  requireScope(ctx, 'files:read');
  return toFileObject(await requireFile(ctx, id));
}
