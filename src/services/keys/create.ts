import { LevigateError } from '../../contract/index.ts';
import type { ApiKeyWithSecret, CreateApiKey } from '../../contract/index.ts';
import { insertApiKey } from '../../store/queries/api-keys.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { withinOwn } from '../limits/within-own.ts';
import { newKeyRow } from './new-key-row.ts';
import { createSecret } from './secret.ts';
import { toApiKey } from './to-wire.ts';

/** A key can grant what it has itself, and no more. The secret is in this answer only. */
export async function createApiKey(ctx: Context, input: CreateApiKey): Promise<ApiKeyWithSecret> {
  requireScope(ctx, 'keys:write');
  const { services, actor } = ctx;
  const scopes = input.scopes ?? actor.scopes;
  const missing = scopes.find((scope) => !actor.scopes.includes(scope));
  if (missing !== undefined) {
    throw new LevigateError('insufficient_scope', `this API key cannot grant "${missing}", which it lacks itself`, {
      param: 'scopes',
    });
  }
  const nowMs = services.clock.nowMs();
  const expiresMs = input.expires_at === undefined ? null : input.expires_at * 1000;
  if (expiresMs !== null && expiresMs <= nowMs) {
    throw new LevigateError('invalid_request', '"expires_at": is in the past; give Unix time in seconds', {
      param: 'expires_at',
    });
  }
  const secret = createSecret();
  const row = newKeyRow({
    projectId: actor.projectId,
    name: input.name,
    secret,
    scopes: [...new Set(scopes)],
    nowMs,
    expiresMs,
    limits: withinOwn(actor.limits, input.limits ?? null),
  });
  await insertApiKey(services.db, row);
  return { ...toApiKey(row), secret };
}
