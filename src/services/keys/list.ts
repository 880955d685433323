import type { ApiKey, Page, PageQuery } from '../../contract/index.ts';
import { listApiKeys as selectApiKeys } from '../../store/queries/api-keys.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { readPage } from '../read-page.ts';
import { toApiKey } from './to-wire.ts';

/** Newest first, revoked ones too. */
export async function listApiKeys(ctx: Context, query: PageQuery): Promise<Page<ApiKey>> {
  requireScope(ctx, 'keys:read');
  const { services, actor } = ctx;
  return readPage(query, {
    read: (asked) => selectApiKeys(services.db, { ...asked, projectId: actor.projectId }),
    toItem: toApiKey,
  });
}
