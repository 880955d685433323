import type { Services } from './ports.ts';

/**
 * A memory of this process: one per database connection, so that gateways of one process (and tests) share none.
 * @returns the function that gives it, making it on first use
 */
export function perDatabase<Memory>(create: () => Memory): (services: Pick<Services, 'db'>) => Memory {
  const all = new WeakMap<object, Memory>();
  return ({ db }) => {
    const existing = all.get(db);
    if (existing !== undefined) return existing;
    const memory = create();
    all.set(db, memory);
    return memory;
  };
}
