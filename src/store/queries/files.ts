import { and, asc, desc, eq, gt, isNull, lt, lte, or, sql } from 'drizzle-orm';
import type { FilePurpose } from '../../contract/index.ts';
import type { Database } from '../database.ts';
import { files } from '../schema.ts';

export type FileRow = typeof files.$inferSelect;

interface FileKey {
  readonly id: string;
  readonly projectId: string;
}

const ofProject = ({ id, projectId }: FileKey) => and(eq(files.id, id), eq(files.projectId, projectId));
const notExpired = (nowMs: number) => or(isNull(files.expiresMs), gt(files.expiresMs, nowMs));

/** No job or batch that is not finished reads the file: for training, for validation, as a shift, as input. */
const unused = sql`not exists (
  select 1 from batches where batches.project_id = ${files.projectId} and batches.input_file = ${files.id} and batches.due_ms is not null
) and not exists (
  select 1 from jobs
  where jobs.project_id = ${files.projectId}
    and jobs.status not in ('succeeded', 'failed', 'cancelled')
    and (jobs.training_file = ${files.id} or jobs.validation_file = ${files.id} or exists (
      select 1 from json_each(jobs.levi, '$.shift_files') as shift where json_extract(shift.value, '$.file') = ${files.id}
    ))
)`;

export async function insertFile(db: Database, file: FileRow): Promise<void> {
  await db.insert(files).values(file);
}

/** An expired file is not there. */
export async function findFile(
  db: Database,
  { nowMs, ...key }: FileKey & { readonly nowMs: number },
): Promise<FileRow | undefined> {
  const [row] = await db
    .select()
    .from(files)
    .where(and(ofProject(key), notExpired(nowMs)))
    .limit(1);
  return row;
}

/** Also one that has expired since: a job that was accepted with a file keeps it to its end. */
export async function findFileOfJob(db: Database, key: FileKey): Promise<FileRow | undefined> {
  const [row] = await db.select().from(files).where(ofProject(key)).limit(1);
  return row;
}

/** What the project's files take, expired ones not counted. */
export async function sumFileBytes(
  db: Database,
  { projectId, nowMs }: { readonly projectId: string; readonly nowMs: number },
): Promise<number> {
  const [row] = await db
    .select({ bytes: sql<number>`coalesce(sum(${files.sizeBytes}), 0)` })
    .from(files)
    .where(and(eq(files.projectId, projectId), notExpired(nowMs)));
  return row?.bytes ?? 0;
}

export interface ListFiles {
  readonly projectId: string;
  readonly nowMs: number;
  readonly purpose?: FilePurpose | undefined;
  readonly after?: string | undefined;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
}

/** By creation, which is the order of ids. */
export async function listFiles(
  db: Database,
  { projectId, nowMs, purpose, after, order, limit }: ListFiles,
): Promise<FileRow[]> {
  const beyond = order === 'asc' ? gt : lt;
  return db
    .select()
    .from(files)
    .where(
      and(
        eq(files.projectId, projectId),
        notExpired(nowMs),
        purpose === undefined ? undefined : eq(files.purpose, purpose),
        after === undefined ? undefined : beyond(files.id, after),
      ),
    )
    .orderBy(order === 'asc' ? asc(files.id) : desc(files.id))
    .limit(limit);
}

/** @returns the deleted row; nothing when it is missing or an unfinished job uses it */
export async function deleteUnusedFile(
  db: Database,
  { nowMs, ...key }: FileKey & { readonly nowMs: number },
): Promise<FileRow | undefined> {
  const [row] = await db
    .delete(files)
    .where(and(ofProject(key), notExpired(nowMs), unused))
    .returning();
  return row;
}

/** Expired files that no unfinished job uses, oldest first. */
export async function listExpiredFiles(
  db: Database,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): Promise<FileRow[]> {
  return db
    .select()
    .from(files)
    .where(and(lte(files.expiresMs, nowMs), unused))
    .orderBy(asc(files.expiresMs))
    .limit(limit);
}

export async function deleteFileRow(db: Database, key: FileKey): Promise<void> {
  await db.delete(files).where(ofProject(key));
}
