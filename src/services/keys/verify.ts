import { getLogger } from '@logtape/logtape';
import { LevigateError } from '../../contract/index.ts';
import { findKeyOfProject, touchApiKey } from '../../store/queries/api-keys.ts';
import type { KeyOfProject } from '../../store/queries/api-keys.ts';
import type { Actor } from '../context.ts';
import type { Services } from '../ports.ts';
import { keyCacheOf } from './key-cache.ts';
import { hashSecret } from './secret.ts';

const log = getLogger(['levigate', 'keys']);
const TOUCH_EVERY_MS = 60_000;

/** @returns who the key stands for; rejects a missing, revoked or expired key with one and the same answer. */
export async function verifyApiKey(services: Services, secret: string): Promise<Actor> {
  const nowMs = services.clock.nowMs();
  const cache = keyCacheOf(services);
  const hash = hashSecret(secret);
  let found = cache.get(hash, nowMs);
  if (!found) {
    found = await findKeyOfProject(services.db, hash);
    if (found) cache.set(found, nowMs);
  }
  const key = found?.key;
  if (!found || !key || key.revokedMs !== null || (key.expiresMs !== null && key.expiresMs <= nowMs)) {
    throw new LevigateError(
      'invalid_api_key',
      'this API key is not known, was revoked or has expired: check it, or create another',
    );
  }
  if (nowMs - (key.lastUsedMs ?? 0) >= TOUCH_EVERY_MS) await touch(services, found, nowMs);
  return {
    projectId: key.projectId,
    keyId: key.id,
    scopes: key.scopes,
    limits: key.limits,
    project: found.project,
  };
}

/** At most one write a minute and key; when it fails the request goes on. */
async function touch(services: Services, { key, project }: KeyOfProject, nowMs: number): Promise<void> {
  keyCacheOf(services).set({ key: { ...key, lastUsedMs: nowMs }, project }, nowMs);
  try {
    await touchApiKey(services.db, { id: key.id, nowMs });
  } catch (error) {
    log.warn('time of last use not written', { keyId: key.id, error });
  }
}
