import { randomBytes } from 'node:crypto';
import { createId, SCOPES } from '../../contract/index.ts';
import type { CreateProject, ProjectWithKey } from '../../contract/index.ts';
import { insertApiKey } from '../../store/queries/api-keys.ts';
import { insertProjectIfMissing } from '../../store/queries/projects.ts';
import { requireScope } from '../context.ts';
import type { Context } from '../context.ts';
import { newKeyRow } from '../keys/new-key-row.ts';
import { createSecret } from '../keys/secret.ts';
import { toApiKey } from '../keys/to-wire.ts';
import { toProject } from './to-wire.ts';

/** A tenant with its first key, which can do everything within the project and nothing beyond it. */
export async function createProject(ctx: Context, { name, limits }: CreateProject): Promise<ProjectWithKey> {
  requireScope(ctx, 'admin:write');
  const { db, clock } = ctx.services;
  const nowMs = clock.nowMs();
  const row = {
    id: createId('project', nowMs),
    name,
    cacheSalt: randomBytes(16).toString('hex'),
    createdMs: nowMs,
    limits: limits ?? null,
  };
  const secret = createSecret();
  const scopes = SCOPES.filter((scope) => !scope.startsWith('admin:'));
  const key = newKeyRow({ projectId: row.id, name: 'default', secret, scopes, nowMs });
  await insertProjectIfMissing(db, row);
  await insertApiKey(db, key);
  return { ...toProject(row), api_key: { ...toApiKey(key), secret } };
}
