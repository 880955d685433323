import { mixBits } from './hash-text.ts';

/** 64 bits of all bytes, as text: two pictures of 100,000 that differ meet by chance once in ten billion. */
export function hashBytes(bytes: Uint8Array): string {
  let low = 0x811c9dc5 ^ bytes.length;
  let high = 0x9747b28c;
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte, 0x5bd1e995);
    high ^= high >>> 15;
  }
  return `${(mixBits(high) >>> 0).toString(16)}${(mixBits(low) >>> 0).toString(16)}`;
}
