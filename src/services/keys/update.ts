import type { ApiKey, UpdateApiKey } from '../../contract/index.ts';
import { updateApiKey as updateRow } from '../../store/queries/api-keys.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { withinOwn } from '../limits/within-own.ts';
import { keyCacheOf } from './key-cache.ts';
import { keyNotFound } from './key-not-found.ts';
import { toApiKey } from './to-wire.ts';

/** Name and limits; at once in this process, within 30 s in others. A limited key gives no more than it has. */
export async function updateApiKey(ctx: Context, id: string, { name, limits }: UpdateApiKey): Promise<ApiKey> {
  requireScope(ctx, 'keys:write');
  const { services, actor } = ctx;
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(limits === undefined ? {} : { limits: withinOwn(actor.limits, limits) }),
  };
  const row = await updateRow(services.db, { id, projectId: actor.projectId, change });
  if (!row) throw keyNotFound(id);
  keyCacheOf(services).delete(row.hash);
  return toApiKey(row);
}
