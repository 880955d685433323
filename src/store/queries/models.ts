import { and, desc, eq, isNotNull, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { models } from '../schema.ts';

export type ModelRow = typeof models.$inferSelect;

interface OfProject {
  readonly id: string;
  readonly projectId: string;
}

export async function findModel(db: Database, { id, projectId }: OfProject): Promise<ModelRow | undefined> {
  const [row] = await db
    .select()
    .from(models)
    .where(and(eq(models.id, id), eq(models.projectId, projectId)))
    .limit(1);
  return row;
}

/** Those of the ids that are there; the ids travel as one JSON parameter, as D1 binds at most 100. */
export function findModels(
  db: Database,
  { ids, projectId }: { readonly ids: readonly string[]; readonly projectId: string },
): Promise<ModelRow[]> {
  return db
    .select()
    .from(models)
    .where(
      and(eq(models.projectId, projectId), sql`${models.id} in (select value from json_each(${JSON.stringify(ids)}))`),
    );
}

/** Newest first. */
export function listModels(db: Database, projectId: string): Promise<ModelRow[]> {
  return db
    .select()
    .from(models)
    .where(eq(models.projectId, projectId))
    .orderBy(desc(models.createdMs), desc(models.id));
}

/** The checkpoints of a job, last step first. */
export function listJobCheckpoints(db: Database, jobId: string): Promise<ModelRow[]> {
  return db
    .select()
    .from(models)
    .where(and(eq(models.jobId, jobId), isNotNull(models.step)))
    .orderBy(desc(models.step));
}

/** No batch that is not finished asks it, and no job that is not finished makes its adapter again to compare. */
const unused = sql`not exists (
  select 1 from batches where batches.project_id = ${models.projectId} and batches.model = ${models.id} and batches.due_ms is not null
) and not exists (
  select 1 from jobs where jobs.verifies = ${models.jobId} and jobs.status not in ('succeeded', 'failed', 'cancelled')
)`;

/** @returns undefined when it is missing or in use */
export async function deleteUnusedModel(db: Database, { id, projectId }: OfProject): Promise<ModelRow | undefined> {
  const [row] = await db
    .delete(models)
    .where(and(eq(models.id, id), eq(models.projectId, projectId), unused))
    .returning();
  return row;
}

/** Any model with this adapter: equal bytes are one adapter, whoever trained it. */
export async function findModelByAdapter(db: Database, sha256: string): Promise<ModelRow | undefined> {
  const [row] = await db.select().from(models).where(eq(models.adapterSha256, sha256)).limit(1);
  return row;
}

export async function isAdapterBlobInUse(
  db: Database,
  { adapterSha256, adapterKey }: Pick<ModelRow, 'adapterSha256' | 'adapterKey'>,
): Promise<boolean> {
  const rows = await db
    .select({ id: models.id })
    .from(models)
    .where(and(eq(models.adapterSha256, adapterSha256), eq(models.adapterKey, adapterKey)))
    .limit(1);
  return rows.length > 0;
}
