import { eq } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { projects } from '../schema.ts';

export type ProjectRow = typeof projects.$inferSelect;

export async function findProject(db: Database, id: string): Promise<ProjectRow | undefined> {
  const [row] = await db.select().from(projects).where(eq(projects.id, id)).limit(1);
  return row;
}

/** Keeps the row that is there: two processes may start at once. */
export async function insertProjectIfMissing(db: Database, project: ProjectRow): Promise<void> {
  await db.insert(projects).values(project).onConflictDoNothing();
}

export async function replaceCacheSalt(
  db: Database,
  { id, cacheSalt }: Pick<ProjectRow, 'id' | 'cacheSalt'>,
): Promise<void> {
  await db.update(projects).set({ cacheSalt }).where(eq(projects.id, id));
}
