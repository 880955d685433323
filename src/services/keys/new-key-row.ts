import { createId } from '../../contract/index.ts';
import type { KeyLimits, Scope } from '../../contract/index.ts';
import type { ApiKeyRow } from '../../store/queries/api-keys.ts';
import { hashSecret, shownPrefix } from './secret.ts';

export interface NewKey {
  readonly projectId: string;
  readonly name: string;
  readonly secret: string;
  readonly scopes: readonly Scope[];
  readonly nowMs: number;
  readonly expiresMs?: number | null;
  readonly limits?: KeyLimits | null;
}

/** The row of a key that was never used; the secret itself is not in it. */
export const newKeyRow = ({
  projectId,
  name,
  secret,
  scopes,
  nowMs,
  expiresMs = null,
  limits = null,
}: NewKey): ApiKeyRow => ({
  id: createId('key', nowMs),
  projectId,
  name,
  hash: hashSecret(secret),
  prefix: shownPrefix(secret),
  scopes: [...scopes],
  createdMs: nowMs,
  expiresMs,
  revokedMs: null,
  lastUsedMs: null,
  limits,
});
