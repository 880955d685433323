import { eq, inArray, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { batchParts, files, jobArtifacts, models, sweepPositions } from '../schema.ts';

/** Those of the keys that a row of any table names. The keys travel as one JSON parameter, as D1 binds at most 100. */
export async function findNamedBlobKeys(db: Database, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const asked = sql`(select value from json_each(${JSON.stringify(keys)}))`;
  const rows = await db
    .select({ key: files.blobKey })
    .from(files)
    .where(inArray(files.blobKey, asked))
    .union(db.select({ key: jobArtifacts.blobKey }).from(jobArtifacts).where(inArray(jobArtifacts.blobKey, asked)))
    .union(db.select({ key: batchParts.blobKey }).from(batchParts).where(inArray(batchParts.blobKey, asked)))
    .union(db.select({ key: models.adapterKey }).from(models).where(inArray(models.adapterKey, asked)));
  return new Set(rows.map(({ key }) => key));
}

/** @returns undefined at the beginning */
export async function findSweepPosition(db: Database, name: string): Promise<string | undefined> {
  const [row] = await db.select().from(sweepPositions).where(eq(sweepPositions.name, name)).limit(1);
  return row?.position;
}

/** @param position null: the next sweep begins again */
export async function putSweepPosition(db: Database, name: string, position: string | null): Promise<void> {
  if (position === null) await db.delete(sweepPositions).where(eq(sweepPositions.name, name));
  else
    await db
      .insert(sweepPositions)
      .values({ name, position })
      .onConflictDoUpdate({ target: sweepPositions.name, set: { position } });
}
