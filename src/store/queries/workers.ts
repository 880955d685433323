import { eq, gte, lt } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { workers } from '../schema.ts';

export type WorkerRow = typeof workers.$inferSelect;

/** Without work and adapters unless told. */
export async function insertWorker(db: Database, worker: typeof workers.$inferInsert): Promise<void> {
  await db.insert(workers).values(worker);
}

export async function findWorker(db: Database, id: string): Promise<WorkerRow | undefined> {
  const [row] = await db.select().from(workers).where(eq(workers.id, id)).limit(1);
  return row;
}

export function listWorkersByName(db: Database, name: string): Promise<WorkerRow[]> {
  return db.select().from(workers).where(eq(workers.name, name));
}

export function listWorkersSeenSince(db: Database, sinceMs: number): Promise<WorkerRow[]> {
  return db.select().from(workers).where(gte(workers.lastSeenMs, sinceMs));
}

export type WorkerSeen = Pick<
  WorkerRow,
  'id' | 'backbones' | 'queuedInputs' | 'queuedTokens' | 'inFlight' | 'isDraining' | 'residentAdapters' | 'lastSeenMs'
>;

/** @returns whether the worker is known */
export async function touchWorker(db: Database, { id, ...seen }: WorkerSeen): Promise<boolean> {
  const rows = await db.update(workers).set(seen).where(eq(workers.id, id)).returning({ id: workers.id });
  return rows.length > 0;
}

export async function deleteWorker(db: Database, id: string): Promise<void> {
  await db.delete(workers).where(eq(workers.id, id));
}

export async function deleteWorkersNotSeenSince(db: Database, sinceMs: number): Promise<void> {
  await db.delete(workers).where(lt(workers.lastSeenMs, sinceMs));
}
