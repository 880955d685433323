import { lt, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { deadLetters } from '../schema.ts';
import { insertRowsWhen } from './insert-rows-when.ts';

export type DeadLetterRow = typeof deadLetters.$inferSelect;

/** One that is there already stays: a queue may deliver twice. */
export async function insertDeadLetters(db: Database, rows: readonly DeadLetterRow[]): Promise<void> {
  await insertRowsWhen(db, deadLetters, rows, sql`true`).onConflictDoNothing();
}

export async function deleteDeadLettersBefore(db: Database, diedMs: number): Promise<void> {
  await db.delete(deadLetters).where(lt(deadLetters.diedMs, diedMs));
}
