import type { ApiKey } from '../../contract/index.ts';
import type { ApiKeyRow } from '../../store/queries/api-keys.ts';
import { toSeconds, toSecondsOrNull } from '../context.ts';

export const toApiKey = (row: ApiKeyRow): ApiKey => ({
  id: row.id,
  object: 'api_key',
  created_at: toSeconds(row.createdMs),
  name: row.name,
  prefix: row.prefix,
  scopes: row.scopes,
  expires_at: toSecondsOrNull(row.expiresMs),
  revoked_at: toSecondsOrNull(row.revokedMs),
  last_used_at: toSecondsOrNull(row.lastUsedMs),
  limits: row.limits,
});
