import type { KeyOfProject } from '../../store/queries/api-keys.ts';
import { perDatabase } from '../per-database.ts';

/** Bounds how long another process may still accept a key that was revoked here. */
const FRESH_MS = 30_000;
const MAX_KEYS = 10_000;

export interface KeyCache {
  /** The key and its project as they were read less than 30 s ago. */
  get(hash: string, nowMs: number): KeyOfProject | undefined;
  set(row: KeyOfProject, nowMs: number): void;
  delete(hash: string): void;
  /** All of a project's: what is kept of the project has changed. */
  deleteProject(projectId: string): void;
}

/** One per database connection, so that a revocation is seen at once in the process that made it. */
export const keyCacheOf = perDatabase(() => createKeyCache());

/** The least recently used key leaves first: a Map keeps the order of insertion. */
export function createKeyCache(maxKeys = MAX_KEYS): KeyCache {
  const entries = new Map<string, { readonly row: KeyOfProject; readonly readMs: number }>();
  return {
    get(hash, nowMs) {
      const entry = entries.get(hash);
      if (!entry) return undefined;
      entries.delete(hash);
      if (nowMs - entry.readMs >= FRESH_MS) return undefined;
      entries.set(hash, entry);
      return entry.row;
    },
    set(row, nowMs) {
      entries.delete(row.key.hash);
      entries.set(row.key.hash, { row, readMs: nowMs });
      const [oldest] = entries.keys();
      if (entries.size > maxKeys && oldest !== undefined) entries.delete(oldest);
    },
    delete: (hash) => void entries.delete(hash),
    deleteProject(projectId) {
      for (const [hash, { row }] of entries) if (row.project.id === projectId) entries.delete(hash);
    },
  };
}
