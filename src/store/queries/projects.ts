import { desc, eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { projects } from '../schema.ts';
import { olderThan } from './older-than.ts';

export type ProjectRow = typeof projects.$inferSelect;

export async function findProject(db: Database, id: string): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.id, id)).limit(1);
  return row;
}

/** Newest first. */
export function listProjects(
  db: Database,
  { after, limit }: { readonly after?: string | undefined; readonly limit: number },
): Promise<ProjectRow[]> {
  return db.select().from(projects).where(olderThan(projects.id, after)).orderBy(desc(projects.id)).limit(limit);
}

/** @returns the row as it is now */
export async function updateProject(
  db: Database,
  { id, change }: { readonly id: string; readonly change: Partial<Pick<ProjectRow, 'name' | 'limits'>> },
): Promise<ProjectRow | undefined> {
  if (Object.keys(change).length > 0) await db.update(projects).set(change).where(eq(projects.id, id));
  return findProject(db, id);
}

/** Keeps the row that is there: two processes may start at once. */
export async function insertProjectIfMissing(db: Database, project: typeof projects.$inferInsert): Promise<void> {
  await db.insert(projects).values(project).onConflictDoNothing();
}

export async function replaceCacheSalt(
  db: Database,
  { id, cacheSalt }: Pick<ProjectRow, 'id' | 'cacheSalt'>,
): Promise<void> {
  await db.update(projects).set({ cacheSalt }).where(eq(projects.id, id));
}
