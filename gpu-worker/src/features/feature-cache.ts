import { LRUCache } from 'lru-cache';

/** Half-float features [taps, width] of token sequences or images, least recently used out first, bounded in bytes. */
export interface FeatureCache {
  get(key: string): Uint16Array | undefined;
  set(key: string, halfs: Uint16Array): void;
  readonly sizeBytes: number;
}

// The key's characters, the array's header and the list's and map's slots, as measured with 7 x 384 rows.
const ENTRY_OVERHEAD_BYTES = 400;

export function createFeatureCache({ maxBytes }: { readonly maxBytes: number }): FeatureCache {
  if (maxBytes === 0) return { get: () => undefined, set: () => {}, sizeBytes: 0 };
  const entries = new LRUCache<string, Uint16Array>({
    maxSize: maxBytes,
    sizeCalculation: (halfs) => halfs.byteLength + ENTRY_OVERHEAD_BYTES,
  });
  return {
    get: (key) => entries.get(key),
    set: (key, halfs) => void entries.set(key, halfs),
    get sizeBytes() {
      return entries.calculatedSize;
    },
  };
}
