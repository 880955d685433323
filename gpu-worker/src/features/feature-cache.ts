import { LRUCache } from 'lru-cache';
import type { FeatureDisk } from './disk/feature-disk.ts';
import type { FeatureKey } from './feature-key.ts';

/** Half-float features of token sequences or images: those used lately in memory, more of them on disk. Never written to. */
export interface FeatureCache {
  /** In the order of the keys; undefined where nothing is kept. */
  getAll(keys: readonly FeatureKey[]): Promise<(Uint16Array | undefined)[]>;
  set(key: FeatureKey, halfs: Uint16Array): void;
  /** Forgets and erases what was kept for a project; resolves with how many entries that were. */
  purge(project: string): Promise<number>;
  readonly sizeBytes: number;
  readonly diskBytes: number;
}

export interface FeatureCacheOptions {
  /** 0: nothing is kept in memory. */
  readonly maxBytes: number;
  readonly disk?: FeatureDisk | null;
}

interface Kept {
  readonly halfs: Uint16Array;
  readonly project: string;
}

// The key's characters, the array's header and the list's and map's slots, as measured with 7 x 384 rows.
const ENTRY_OVERHEAD_BYTES = 400;

export function createFeatureCache({ maxBytes, disk = null }: FeatureCacheOptions): FeatureCache {
  // A bound of 0 would mean none: then entries of one byte at most are kept, which is none.
  const entries = new LRUCache<string, Kept>({
    maxSize: Math.max(1, maxBytes),
    sizeCalculation: ({ halfs }) => halfs.byteLength + ENTRY_OVERHEAD_BYTES,
  });

  async function find(key: FeatureKey): Promise<Uint16Array | undefined> {
    const halfs = await disk?.read(key);
    if (halfs) entries.set(key.id, { halfs, project: key.project });
    return halfs;
  }

  return {
    getAll: async (keys) => {
      const inMemory = keys.map(({ id }) => entries.get(id)?.halfs);
      if (!disk || inMemory.every((halfs) => halfs)) return inMemory;
      return await Promise.all(keys.map(async (key, index) => inMemory[index] ?? (await find(key))));
    },
    set: (key, halfs) => {
      entries.set(key.id, { halfs, project: key.project });
      disk?.write(key, halfs);
    },
    purge: async (project) => {
      const found = new Set<string>();
      for (const [id, kept] of entries.entries()) if (kept.project === project) found.add(id);
      for (const id of found) entries.delete(id);
      const erased = (await disk?.purge(project)) ?? [];
      return new Set([...found, ...erased]).size;
    },
    get sizeBytes() {
      return entries.calculatedSize;
    },
    get diskBytes() {
      return disk?.sizeBytes ?? 0;
    },
  };
}
