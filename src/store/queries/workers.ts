import { eq, gte, lt } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { workers } from '../schema.ts';

export type WorkerRow = typeof workers.$inferSelect;

export async function insertWorker(db: Database, worker: WorkerRow): Promise<void> {
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

export interface WorkerSeen {
  readonly id: string;
  readonly backbones: string[];
  readonly queuedInputs: number;
  readonly lastSeenMs: number;
}

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
