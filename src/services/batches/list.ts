import { toPage } from '../../contract/index.ts';
import type { Batch, Page, PageQuery } from '../../contract/index.ts';
import { listBatches as selectBatches } from '../../store/queries/batches.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { toBatch } from './to-wire.ts';

/** Newest first. */
export async function listBatches(ctx: Context, query: PageQuery): Promise<Page<Batch>> {
  requireScope(ctx, 'files:read');
  const { services, actor } = ctx;
  const rows = await selectBatches(services.db, { ...query, projectId: actor.projectId, limit: query.limit + 1 });
  return toPage(rows.slice(0, query.limit).map(toBatch), rows.length > query.limit);
}
