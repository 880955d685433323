import { and, desc, eq, lt } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { replicatePredictions, webhookEndpoints, webhookEvents } from '../schema.ts';
import type { WebhookEndpointRow } from './webhook-endpoints.ts';
import type { WebhookEventRow } from './webhook-events.ts';

export type ReplicatePredictionRow = typeof replicatePredictions.$inferSelect;

/** With the event of its end and whom it goes to, together or not at all. */
export async function insertReplicatePrediction(
  db: Database,
  row: ReplicatePredictionRow,
  told: { readonly endpoint: WebhookEndpointRow; readonly event: WebhookEventRow } | null,
): Promise<void> {
  const insert = db.insert(replicatePredictions).values(row);
  if (told === null) await insert;
  else
    await db.batch([
      insert,
      db.insert(webhookEndpoints).values(told.endpoint),
      db.insert(webhookEvents).values(told.event),
    ]);
}

export async function findReplicatePrediction(
  db: Database,
  { id, projectId }: Pick<ReplicatePredictionRow, 'id' | 'projectId'>,
): Promise<ReplicatePredictionRow | undefined> {
  const [row] = await db
    .select()
    .from(replicatePredictions)
    .where(and(eq(replicatePredictions.id, id), eq(replicatePredictions.projectId, projectId)))
    .limit(1);
  return row;
}

/** Newest first. */
export function listReplicatePredictions(
  db: Database,
  { projectId, limit }: { readonly projectId: string; readonly limit: number },
): Promise<ReplicatePredictionRow[]> {
  return db
    .select()
    .from(replicatePredictions)
    .where(eq(replicatePredictions.projectId, projectId))
    .orderBy(desc(replicatePredictions.id))
    .limit(limit);
}

/** @returns how many went */
export async function pruneReplicatePredictions(db: Database, createdBeforeMs: number): Promise<number> {
  const gone = await db
    .delete(replicatePredictions)
    .where(lt(replicatePredictions.createdMs, createdBeforeMs))
    .returning({ id: replicatePredictions.id });
  return gone.length;
}
