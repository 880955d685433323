import type { ApiKey } from '../../contract/index.ts';
import { revokeApiKey as updateRevoked } from '../../store/queries/api-keys.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { keyCacheOf } from './key-cache.ts';
import { keyNotFound } from './key-not-found.ts';
import { toApiKey } from './to-wire.ts';

/** At once in this process, within 30 s in others. Revoking again changes nothing. */
export async function revokeApiKey(ctx: Context, id: string): Promise<ApiKey> {
  requireScope(ctx, 'keys:write');
  const { services, actor } = ctx;
  const row = await updateRevoked(services.db, { id, projectId: actor.projectId, nowMs: services.clock.nowMs() });
  if (!row) throw keyNotFound(id);
  keyCacheOf(services).delete(row.hash);
  return toApiKey(row);
}
