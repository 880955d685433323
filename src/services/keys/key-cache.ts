import type { ApiKeyRow } from '../../store/queries/api-keys.ts';
import type { Services } from '../ports.ts';

/** Bounds how long another process may still accept a key that was revoked here. */
const FRESH_MS = 30_000;
const MAX_KEYS = 10_000;

export interface KeyCache {
  /** The key as it was read less than 30 s ago. */
  get(hash: string, nowMs: number): ApiKeyRow | undefined;
  set(row: ApiKeyRow, nowMs: number): void;
  delete(hash: string): void;
}

const caches = new WeakMap<object, KeyCache>();

/** One per database connection, so that a revocation is seen at once in the process that made it. */
export function keyCacheOf({ db }: Pick<Services, 'db'>): KeyCache {
  const existing = caches.get(db);
  if (existing) return existing;
  const cache = createKeyCache();
  caches.set(db, cache);
  return cache;
}

/** The least recently used key leaves first: a Map keeps the order of insertion. */
export function createKeyCache(maxKeys = MAX_KEYS): KeyCache {
  const entries = new Map<string, { readonly row: ApiKeyRow; readonly readMs: number }>();
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
      entries.delete(row.hash);
      entries.set(row.hash, { row, readMs: nowMs });
      const [oldest] = entries.keys();
      if (entries.size > maxKeys && oldest !== undefined) entries.delete(oldest);
    },
    delete: (hash) => void entries.delete(hash),
  };
}
