import { sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { scheduledWakes } from '../schema.ts';

export interface WakeClaim {
  readonly name: string;
  readonly dueMs: number;
  readonly nowMs: number;
}

/**
 * Writes down that somebody is woken at a time, unless that will happen at that time or before it anyway. A wake whose time has
 * come counts no more, whether it happened or was lost. @returns whether the caller is the one to see to it
 */
export async function claimWake(db: Database, { name, dueMs, nowMs }: WakeClaim): Promise<boolean> {
  const rows = await db
    .insert(scheduledWakes)
    .values({ name, dueMs })
    .onConflictDoUpdate({
      target: scheduledWakes.name,
      set: { dueMs },
      setWhere: sql`${scheduledWakes.dueMs} > ${dueMs} or ${scheduledWakes.dueMs} <= ${nowMs}`,
    })
    .returning({ name: scheduledWakes.name });
  return rows.length === 1;
}
