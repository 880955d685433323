import { toPage } from '../../contract/index.ts';
import type { ApiKey, Page, PageQuery } from '../../contract/index.ts';
import { listApiKeys as selectApiKeys } from '../../store/queries/api-keys.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { toApiKey } from './to-wire.ts';

/** Newest first, revoked ones too. */
export async function listApiKeys(ctx: Context, { after, limit }: PageQuery): Promise<Page<ApiKey>> {
  requireScope(ctx, 'keys:read');
  const rows = await selectApiKeys(ctx.services.db, { projectId: ctx.actor.projectId, after, limit: limit + 1 });
  return toPage(rows.slice(0, limit).map(toApiKey), rows.length > limit);
}
