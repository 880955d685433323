import type { Batch, Page, PageQuery } from '../../contract/index.ts';
import { listBatches as selectBatches } from '../../store/queries/batches.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { toBatch } from './to-wire.ts';

/** Newest first. */
export async function listBatches(ctx: Context, query: PageQuery): Promise<Page<Batch>> {
  requireScope(ctx, 'files:read');
  const { services, actor } = ctx;
  return readPage(query, {
    read: (asked) => selectBatches(services.db, { ...asked, projectId: actor.projectId }),
    toItem: toBatch,
  });
}
