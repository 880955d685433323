import { LevigateError } from '../../contract/index.ts';
import { findApiKeyByHash } from '../../store/queries/api-keys.ts';
import type { Actor } from '../context.ts';
import type { Services } from '../ports.ts';
import { hashSecret } from './secret.ts';

/** @returns who the key stands for; rejects a missing, revoked or expired key with one and the same answer. */
export async function verifyApiKey(services: Services, secret: string): Promise<Actor> {
  const key = await findApiKeyByHash(services.db, hashSecret(secret));
  const nowMs = services.clock.nowMs();
  if (!key || key.revokedMs !== null || (key.expiresMs !== null && key.expiresMs <= nowMs)) {
    throw new LevigateError(
      'invalid_api_key',
      'this API key is not known, was revoked or has expired: check it, or create another',
    );
  }
  return { projectId: key.projectId, keyId: key.id, scopes: key.scopes };
}
