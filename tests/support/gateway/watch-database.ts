import type { Database } from '../../../src/store/database.ts';

const ASKS: ReadonlySet<PropertyKey> = new Set([
  'select',
  'query',
  'insert',
  'update',
  'delete',
  'batch',
  'run',
  'all',
  'get',
  'values',
]);

/** The same database, which tells whenever something is asked of it. */
export const watchDatabase = (db: Database, onAsked: () => void): Database =>
  new Proxy(db, {
    get(target, key) {
      if (ASKS.has(key)) onAsked();
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
