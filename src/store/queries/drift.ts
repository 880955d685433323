import { eq, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { driftStates, driftTallies, webhookEvents } from '../schema.ts';
import { insertedValue, insertRowsWhen } from './insert-rows-when.ts';

export type DriftTallyRow = typeof driftTallies.$inferSelect;
export type DriftStateRow = typeof driftStates.$inferSelect;

/**
 * Adds tallies, but those of models that were deleted meanwhile, in one round trip with the look at what there is.
 * @returns the predictions that the models' next windows have now, by model
 */
export async function addDriftTallies(
  db: Database,
  tallies: readonly DriftTallyRow[],
): Promise<ReadonlyMap<string, number>> {
  const exists = sql`exists (select 1 from models where id = ${insertedValue(driftTallies, 'modelId')})`;
  const modelIds = JSON.stringify(tallies.map(({ modelId }) => modelId));
  const [, totals] = await db.batch([
    insertRowsWhen(db, driftTallies, tallies, exists),
    db
      .select({ modelId: driftTallies.modelId, rows: sql<number>`sum(${driftTallies.rows})` })
      .from(driftTallies)
      .where(sql`${driftTallies.modelId} in (select value from json_each(${modelIds}))`)
      .groupBy(driftTallies.modelId),
  ]);
  return new Map(totals.map(({ modelId, rows }) => [modelId, rows]));
}

export async function countDriftRows(db: Database, modelId: string): Promise<number> {
  const [total] = await db
    .select({ rows: sql<number>`coalesce(sum(${driftTallies.rows}), 0)` })
    .from(driftTallies)
    .where(eq(driftTallies.modelId, modelId));
  return total?.rows ?? 0;
}

/** Oldest first. */
export function listDriftTallies(
  db: Database,
  { modelId, limit }: { readonly modelId: string; readonly limit: number },
): Promise<DriftTallyRow[]> {
  return db.select().from(driftTallies).where(eq(driftTallies.modelId, modelId)).orderBy(driftTallies.id).limit(limit);
}

export async function findDriftState(db: Database, modelId: string): Promise<DriftStateRow | undefined> {
  const [row] = await db.select().from(driftStates).where(eq(driftStates.modelId, modelId)).limit(1);
  return row;
}

export interface DriftStep {
  readonly next: DriftStateRow;
  /** The token that was read; null where there was no state yet. */
  readonly readToken: string | null;
  /** Tallies that the window was made of. */
  readonly tallyIds: readonly string[];
  readonly events: readonly (typeof webhookEvents.$inferInsert)[];
}

/**
 * Writes a judged window: state, used tallies and events in one batch, all of it or nothing.
 * @returns false when another gateway judged it first, or the model was deleted
 */
export async function stepDriftState(db: Database, { next, readToken, tallyIds, events }: DriftStep): Promise<boolean> {
  const { modelId, ...change } = next;
  const exists = sql`exists (select 1 from models where id = ${modelId})`;
  const isOurs = sql`exists (select 1 from drift_states where model_id = ${modelId} and token = ${next.token})`;
  const [, , , found] = await db.batch([
    insertRowsWhen(db, driftStates, [next], exists).onConflictDoUpdate({
      target: driftStates.modelId,
      set: change,
      setWhere: sql`${driftStates.token} is ${readToken}`,
    }),
    db
      .delete(driftTallies)
      .where(sql`${driftTallies.id} in (select value from json_each(${JSON.stringify(tallyIds)})) and ${isOurs}`),
    insertRowsWhen(db, webhookEvents, events, isOurs),
    db
      .select({ token: driftStates.token })
      .from(driftStates)
      .where(sql`${driftStates.modelId} = ${modelId} and ${driftStates.token} = ${next.token}`),
  ]);
  return found.length === 1;
}
