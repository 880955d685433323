import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { LevigateError } from '../../../src/contract/errors.ts';
import { readModel } from '../../../src/levi/index.ts';
import type { TargetAdapter } from '../../../src/levi/index.ts';

/** A model's adapters: one per target, mostly one. */
type TargetAdapters = readonly [TargetAdapter, ...TargetAdapter[]];

export interface AdapterStore {
  /** Rejects with `adapter_invalid` when the bytes are not what their hash or their manifest says. */
  get(sha256: string): Promise<TargetAdapters>;
}

export interface AdapterStoreOptions {
  readonly fetch: (sha256: string) => Promise<Uint8Array>;
  readonly maxBytes: number;
}

interface Resident {
  readonly adapters: TargetAdapters;
  readonly sizeBytes: number;
}

/** Adapters by hash, fetched on first use and checked; least recently used out first. Callers of the same one share a fetch. */
export function createAdapterStore({ fetch, maxBytes }: AdapterStoreOptions): AdapterStore {
  const residents = new LRUCache<string, Resident>({
    maxSize: maxBytes,
    sizeCalculation: ({ sizeBytes }) => sizeBytes,
  });
  const fetching = new Map<string, Promise<TargetAdapters>>();

  async function load(sha256: string): Promise<TargetAdapters> {
    const bytes = await fetch(sha256);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) {
      throw new LevigateError('adapter_invalid', `The adapter ${sha256} arrived with the hash ${found}. Try again.`);
    }
    const adapters = readModel(bytes);
    residents.set(sha256, { adapters, sizeBytes: Math.max(1, bytes.length) });
    return adapters;
  }

  return {
    get: (sha256) => {
      const resident = residents.get(sha256);
      if (resident) return Promise.resolve(resident.adapters);
      const shared = fetching.get(sha256) ?? load(sha256).finally(() => fetching.delete(sha256));
      fetching.set(sha256, shared);
      return shared;
    },
  };
}
