import { and, desc, eq, isNull } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { apiKeys, projects } from '../schema.ts';
import { olderThan } from './older-than.ts';
import type { ProjectRow } from './projects.ts';

export type ApiKeyRow = typeof apiKeys.$inferSelect;

export async function findApiKeyByHash(db: Database, hash: string): Promise<ApiKeyRow | undefined> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  return row;
}

export interface KeyOfProject {
  readonly key: ApiKeyRow;
  readonly project: ProjectRow;
}

export async function findKeyOfProject(db: Database, hash: string): Promise<KeyOfProject | undefined> {
  const [row] = await db
    .select({ key: apiKeys, project: projects })
    .from(apiKeys)
    .innerJoin(projects, eq(apiKeys.projectId, projects.id))
    .where(eq(apiKeys.hash, hash))
    .limit(1);
  return row;
}

export async function insertApiKey(db: Database, key: ApiKeyRow): Promise<void> {
  await db.insert(apiKeys).values(key);
}

/** Keeps the key of the same secret that is there: two processes may start at once. */
export async function insertApiKeyIfMissing(db: Database, key: ApiKeyRow): Promise<void> {
  await db.insert(apiKeys).values(key).onConflictDoNothing({ target: apiKeys.hash });
}

/** Newest first; one row more than `limit` tells that there is another page. */
export async function listApiKeys(
  db: Database,
  {
    projectId,
    after,
    limit,
  }: { readonly projectId: string; readonly after?: string | undefined; readonly limit: number },
): Promise<ApiKeyRow[]> {
  return db
    .select()
    .from(apiKeys)
    .where(and(eq(apiKeys.projectId, projectId), olderThan(apiKeys.id, after)))
    .orderBy(desc(apiKeys.id))
    .limit(limit);
}

/** @returns the row as it is now; the time of the first revocation stays. */
export async function revokeApiKey(
  db: Database,
  { projectId, id, nowMs }: { readonly projectId: string; readonly id: string; readonly nowMs: number },
): Promise<ApiKeyRow | undefined> {
  const ofProject = and(eq(apiKeys.id, id), eq(apiKeys.projectId, projectId));
  await db
    .update(apiKeys)
    .set({ revokedMs: nowMs })
    .where(and(ofProject, isNull(apiKeys.revokedMs)));
  const [row] = await db.select().from(apiKeys).where(ofProject).limit(1);
  return row;
}

export async function touchApiKey(
  db: Database,
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): Promise<void> {
  await db.update(apiKeys).set({ lastUsedMs: nowMs }).where(eq(apiKeys.id, id));
}

/** @returns the row as it is now */
export async function updateApiKey(
  db: Database,
  { projectId, id, change }: { readonly projectId: string; readonly id: string; readonly change: ApiKeyChange },
): Promise<ApiKeyRow | undefined> {
  const ofProject = and(eq(apiKeys.id, id), eq(apiKeys.projectId, projectId));
  if (Object.keys(change).length > 0) await db.update(apiKeys).set(change).where(ofProject);
  const [row] = await db.select().from(apiKeys).where(ofProject).limit(1);
  return row;
}
export type ApiKeyChange = Partial<Pick<ApiKeyRow, 'name' | 'limits' | 'scopes'>>;
