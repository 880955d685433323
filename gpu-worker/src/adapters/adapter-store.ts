import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { LevigateError } from '../../../src/contract/errors.ts';
import { readModel } from '../../../src/levi/index.ts';
import type { TargetAdapter } from '../../../src/levi/index.ts';

/** A model's adapters: one per target, mostly one. */
type TargetAdapters = readonly [TargetAdapter, ...TargetAdapter[]];

export interface AdapterStore {
  /**
   * Rejects with `adapter_invalid` when the bytes are not what their hash or their manifest says. What it gives stays whole for whoever holds
   * it, also when it leaves the store meanwhile.
   */
  get(sha256: string): Promise<TargetAdapters>;
  /** Fetches it where it is not there and keeps it until it is let go. Rejects as `get`, and with `limit_reached` when too much is pinned. */
  pin(sha256: string): Promise<void>;
  /** From now on it goes as others do, when it was not used for longest. */
  unpin(sha256: string): void;
  readonly pinned: readonly string[];
  /** Hashes, the one used last first. */
  readonly resident: readonly string[];
  readonly sizeBytes: number;
}

export interface AdapterStoreOptions {
  readonly fetch: (sha256: string) => Promise<Uint8Array>;
  /** Of all of them; pinned ones take half of it at most. */
  readonly maxBytes: number;
  readonly onFetch?: (() => void) | undefined;
}

interface Resident {
  readonly adapters: TargetAdapters;
  readonly sizeBytes: number;
}

const PINNED_SHARE = 0.5;

/** Adapters by hash, fetched on first use and checked; least recently used out first. Callers of the same one share a fetch. */
export function createAdapterStore({ fetch, maxBytes, onFetch }: AdapterStoreOptions): AdapterStore {
  const pinned = new Map<string, Resident>();
  const pinnedBytes = (): number => [...pinned.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const residents = new LRUCache<string, Resident>({
    maxSize: maxBytes,
    sizeCalculation: ({ sizeBytes }) => sizeBytes,
  });
  const fetching = new Map<string, Promise<Resident>>();

  async function load(sha256: string): Promise<Resident> {
    onFetch?.();
    const bytes = await fetch(sha256);
    const found = createHash('sha256').update(bytes).digest('hex');
    if (found !== sha256) {
      throw new LevigateError('adapter_invalid', `The adapter ${sha256} arrived with the hash ${found}. Try again.`);
    }
    const resident = { adapters: readModel(bytes), sizeBytes: Math.max(1, bytes.length) };
    residents.set(sha256, resident);
    makeRoom();
    return resident;
  }

  async function find(sha256: string): Promise<Resident> {
    const resident = pinned.get(sha256) ?? residents.get(sha256);
    if (resident) return resident;
    const shared = fetching.get(sha256) ?? load(sha256).finally(() => fetching.delete(sha256));
    fetching.set(sha256, shared);
    return await shared;
  }

  return {
    get: async (sha256) => (await find(sha256)).adapters,
    pin: async (sha256) => {
      const resident = await find(sha256);
      const others = [...pinned].filter(([hash]) => hash !== sha256);
      const taken = others.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, resident.sizeBytes);
      if (taken > PINNED_SHARE * maxBytes) {
        throw new LevigateError(
          'limit_reached',
          `Pinned adapters would take ${taken} of ${maxBytes} bytes, more than half. Unpin others, or raise LEVIGATE_ADAPTER_CACHE_MB.`,
        );
      }
      pinned.set(sha256, resident);
      residents.delete(sha256);
      makeRoom();
    },
    unpin: (sha256) => {
      const resident = pinned.get(sha256);
      if (!resident) return;
      pinned.delete(sha256);
      residents.set(sha256, resident);
      makeRoom();
    },
    get pinned() {
      return [...pinned.keys()];
    },
    get resident() {
      return [...pinned.keys(), ...residents.keys()];
    },
    get sizeBytes() {
      return pinnedBytes() + residents.calculatedSize;
    },
  };

  /** The list bounds itself by all the bytes there are; pinned ones leave it less. */
  function makeRoom(): void {
    while (residents.size > 0 && pinnedBytes() + residents.calculatedSize > maxBytes) residents.pop();
  }
}
