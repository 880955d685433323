import type { Database } from '../database.ts';
import { jobArtifacts, jobEvents, jobs, models } from '../schema.ts';
import type { JobArtifactRow } from './job-artifacts.ts';
import type { JobEventRow } from './job-events.ts';
import type { NewJobRow } from './jobs.ts';

export interface ImportedModel {
  readonly job: NewJobRow;
  readonly model: typeof models.$inferInsert;
  readonly artifacts: readonly JobArtifactRow[];
  readonly events: readonly JobEventRow[];
}

/** A model with the job that it would have come from, together or not at all. */
export async function insertImportedModel(
  db: Database,
  { job, model, artifacts, events }: ImportedModel,
): Promise<void> {
  await db.batch([
    db.insert(jobs).values(job),
    db.insert(jobArtifacts).values([...artifacts]),
    db.insert(jobEvents).values([...events]),
    db.insert(models).values(model),
  ]);
}
