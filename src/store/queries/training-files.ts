import { and, eq, gt, isNull, or, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { files } from '../schema.ts';

export type TrainingFileRow = typeof files.$inferSelect;

export interface FindFiles {
  readonly ids: readonly string[];
  readonly projectId: string;
  /** Files that expired by this time are left out. */
  readonly nowMs?: number | undefined;
}

/** Those of a project's files that are there, in no order. */
export function findFiles(db: Database, { ids, projectId, nowMs }: FindFiles): Promise<TrainingFileRow[]> {
  return db
    .select()
    .from(files)
    .where(
      and(
        eq(files.projectId, projectId),
        sql`${files.id} in (select value from json_each(${JSON.stringify(ids)}))`,
        nowMs === undefined ? undefined : or(isNull(files.expiresMs), gt(files.expiresMs, nowMs)),
      ),
    );
}
