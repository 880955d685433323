// FNV-1a in 32 bits: http://www.isthe.com/chongo/tech/comp/fnv.
export const FNV_OFFSET = 0x811c9dc5;
export const FNV_PRIME = 0x01000193;

/** The hash with one more byte or unit. */
export const addToHash = (hash: number, unit: number): number => Math.imul(hash ^ unit, FNV_PRIME);
