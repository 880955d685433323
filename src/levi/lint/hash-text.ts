import { addToHash, FNV_OFFSET } from '../data/fnv.ts';

const OTHER_PRIME = 0x5bd1e995;

/** 53 bits, as a number: among 300,000 texts, the chance that any two differing ones meet is 5 in a million. */
export function hashText(text: string): number {
  let low = FNV_OFFSET;
  let high = 0x9747b28c;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    low = addToHash(low, code);
    high = Math.imul(high ^ code, OTHER_PRIME);
    high ^= high >>> 15;
  }
  return (mixBits(high) >>> 11) * 0x1_0000_0000 + (mixBits(low) >>> 0);
}

/** MurmurHash3's finaliser: every bit of the input moves every bit of the output. */
export function mixBits(value: number): number {
  let bits = value;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
