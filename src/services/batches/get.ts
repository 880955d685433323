import type { Batch } from '../../contract/index.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { requireBatch } from './require-batch.ts';
import { toBatch } from './to-wire.ts';

export async function getBatch(ctx: Context, id: string): Promise<Batch> {
  requireScope(ctx, 'files:read');
  return toBatch(await requireBatch(ctx, id));
}
