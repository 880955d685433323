import { and, eq, lte, sql } from 'drizzle-orm';
import type { UploadStatus } from '../../contract/index.ts';
import type { Database } from '../database.ts';
import { files, uploadParts, uploads } from '../schema.ts';
import { insertRowsWhen } from './insert-rows-when.ts';
import type { FileRow } from './files.ts';

export type UploadRow = typeof uploads.$inferSelect;
export type UploadPartRow = typeof uploadParts.$inferSelect;

interface OfProject {
  readonly id: string;
  readonly projectId: string;
}

const ofProject = ({ id, projectId }: OfProject) => and(eq(uploads.id, id), eq(uploads.projectId, projectId));

export async function insertUpload(db: Database, upload: UploadRow): Promise<void> {
  await db.insert(uploads).values(upload);
}

export async function findUpload(db: Database, key: OfProject): Promise<UploadRow | undefined> {
  const [row] = await db.select().from(uploads).where(ofProject(key)).limit(1);
  return row;
}

const isPending = (id: string) =>
  sql`exists (select 1 from ${uploads} where ${and(eq(uploads.id, id), eq(uploads.status, 'pending'))})`;

/** While the upload is pending and has room for another part. @returns whether it was inserted */
export async function insertUploadPart(
  db: Database,
  part: UploadPartRow,
  { maxParts }: { readonly maxParts: number },
): Promise<boolean> {
  const hasRoom = sql`(select count(*) from upload_parts where upload_id = ${part.uploadId}) < ${maxParts}`;
  const inserted = await insertRowsWhen(
    db,
    uploadParts,
    [part],
    sql`${isPending(part.uploadId)} and ${hasRoom}`,
  ).returning({
    id: uploadParts.id,
  });
  return inserted.length === 1;
}

export function listUploadParts(db: Database, uploadId: string): Promise<UploadPartRow[]> {
  return db.select().from(uploadParts).where(eq(uploadParts.uploadId, uploadId));
}

/** Ends a pending upload, with its file where it is completed, all of it or nothing. @returns undefined when it was not pending any more */
export async function endUpload(
  db: Database,
  key: OfProject,
  { status, file }: { readonly status: Exclude<UploadStatus, 'pending'>; readonly file?: FileRow },
): Promise<UploadRow | undefined> {
  const results = await db.batch([
    insertRowsWhen(db, files, file ? [file] : [], isPending(key.id)),
    db
      .update(uploads)
      .set({ status })
      .where(and(ofProject(key), eq(uploads.status, 'pending')))
      .returning(),
    db.delete(uploadParts).where(eq(uploadParts.uploadId, key.id)),
  ]);
  return results[1][0];
}

/** Pending uploads whose hour is over, oldest first. */
export function listExpiredUploads(
  db: Database,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): Promise<UploadRow[]> {
  return db
    .select()
    .from(uploads)
    .where(and(sql`${uploads.status} = 'pending'`, lte(uploads.expiresMs, nowMs)))
    .orderBy(uploads.expiresMs)
    .limit(limit);
}
