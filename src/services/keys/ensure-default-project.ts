import { randomBytes } from 'node:crypto';
import { LevigateError, SCOPES } from '../../contract/index.ts';
import { findApiKeyByHash, insertApiKeyIfMissing, updateApiKey } from '../../store/queries/api-keys.ts';
import { findProject, insertProjectIfMissing } from '../../store/queries/projects.ts';
import type { Services } from '../ports.ts';
import { newKeyRow } from './new-key-row.ts';
import { createSecret } from './secret.ts';

const DEFAULT_PROJECT_ID = 'proj_default';

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
  const row = newKeyRow({ projectId, name: 'default', secret, scopes: SCOPES, nowMs });
  await insertApiKeyIfMissing(db, row);
  const key = await findApiKeyByHash(db, row.hash);
  if (key?.projectId === projectId && key.revokedMs === null) {
    // Its scopes are all there are: a release may have added some.
    if (SCOPES.some((scope) => !key.scopes.includes(scope)))
      await updateApiKey(db, { projectId, id: key.id, change: { scopes: [...SCOPES] } });
    return { projectId, keyId: key.id, secret, created: key.id === row.id };
  }
  throw new LevigateError('invalid_api_key', `the default project's key ${key?.id} was revoked: choose another secret`);
}
