import { and, eq, sql } from 'drizzle-orm';
import type { ArtifactName } from '../../contract/index.ts';
import type { Database } from '../database.ts';
import { jobArtifacts, jobs } from '../schema.ts';
import { insertRowsWhen } from './insert-rows-when.ts';

export type JobArtifactRow = typeof jobArtifacts.$inferSelect;

export async function findJobArtifact(
  db: Database,
  { jobId, name }: { readonly jobId: string; readonly name: ArtifactName },
): Promise<JobArtifactRow | undefined> {
  const [row] = await db
    .select()
    .from(jobArtifacts)
    .where(and(eq(jobArtifacts.jobId, jobId), eq(jobArtifacts.name, name)))
    .limit(1);
  return row;
}

export function listJobArtifacts(db: Database, jobId: string): Promise<JobArtifactRow[]> {
  return db.select().from(jobArtifacts).where(eq(jobArtifacts.jobId, jobId));
}

/** Replaces the artifact of that name, if the token still holds the lease. @returns whether it did */
export async function putJobArtifact(db: Database, artifact: JobArtifactRow, leaseToken: string): Promise<boolean> {
  const held = and(eq(jobs.id, artifact.jobId), eq(jobs.leaseToken, leaseToken), eq(jobs.status, 'running'));
  const [row] = await insertRowsWhen(db, jobArtifacts, [artifact], sql`exists (select 1 from ${jobs} where ${held})`)
    .onConflictDoUpdate({
      target: [jobArtifacts.jobId, jobArtifacts.name],
      set: {
        blobKey: sql`excluded.blob_key`,
        sizeBytes: sql`excluded.size_bytes`,
        sha256: sql`excluded.sha256`,
        createdMs: sql`excluded.created_ms`,
      },
    })
    .returning({ jobId: jobArtifacts.jobId });
  return row !== undefined;
}

/** Removes the row only while it names this blob. */
export async function deleteJobArtifact(db: Database, { jobId, name, blobKey }: JobArtifactRow): Promise<void> {
  await db
    .delete(jobArtifacts)
    .where(and(eq(jobArtifacts.jobId, jobId), eq(jobArtifacts.name, name), eq(jobArtifacts.blobKey, blobKey)));
}
