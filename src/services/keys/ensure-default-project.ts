import { randomBytes } from 'node:crypto';
import { LevigateError, SCOPES } from '../../contract/index.ts';
import { findApiKeyByHash, insertApiKey } from '../../store/queries/api-keys.ts';
import { findProject, insertProjectIfMissing } from '../../store/queries/projects.ts';
import type { Services } from '../ports.ts';
import { newKeyRow } from './new-key-row.ts';
import { createSecret, hashSecret } from './secret.ts';

export const DEFAULT_PROJECT_ID = 'proj_default';

export interface DefaultProject {
  readonly projectId: string;
  readonly keyId: string;
  /** The secret that was given, or the new one. */
  readonly secret: string;
  readonly created: boolean;
}

/**
 * Makes the project of a single-tenant installation and a key of all scopes for it, once.
 * @param options.secret the operator's own key; a random one is made when absent. Calling again with it changes nothing.
 * @throws `invalid_api_key` when that key was revoked or belongs to another project
 */
export async function ensureDefaultProject(
  services: Pick<Services, 'db' | 'clock'>,
  options: { readonly secret?: string | undefined } = {},
): Promise<DefaultProject> {
  const { db } = services;
  const nowMs = services.clock.nowMs();
  const projectId = DEFAULT_PROJECT_ID;
  if (!(await findProject(db, projectId))) {
    const cacheSalt = randomBytes(16).toString('hex');
    await insertProjectIfMissing(db, { id: projectId, name: 'default', cacheSalt, createdMs: nowMs });
  }
  const secret = options.secret ?? createSecret();
  const existing = await findApiKeyByHash(db, hashSecret(secret));
  if (existing) {
    if (existing.projectId === projectId && existing.revokedMs === null)
      return { projectId, keyId: existing.id, secret, created: false };
    throw new LevigateError(
      'invalid_api_key',
      `the default project's key ${existing.id} was revoked: choose another secret`,
    );
  }
  const row = newKeyRow({ projectId, name: 'default', secret, scopes: SCOPES, nowMs });
  await insertApiKey(db, row);
  return { projectId, keyId: row.id, secret, created: true };
}
