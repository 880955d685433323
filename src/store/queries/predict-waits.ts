import { eq, lte } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { predictWaits } from '../schema.ts';

export type PredictWaitRow = typeof predictWaits.$inferSelect;

/** Writes it, or what has become of it. */
export async function putPredictWait(db: Database, wait: PredictWaitRow): Promise<void> {
  const { predictions, untilMs } = wait;
  await db
    .insert(predictWaits)
    .values(wait)
    .onConflictDoUpdate({ target: predictWaits.id, set: { predictions, untilMs } });
}

export async function deletePredictWait(db: Database, id: string): Promise<void> {
  await db.delete(predictWaits).where(eq(predictWaits.id, id));
}

export async function deletePredictWaitsEndedBefore(db: Database, nowMs: number): Promise<void> {
  await db.delete(predictWaits).where(lte(predictWaits.untilMs, nowMs));
}
