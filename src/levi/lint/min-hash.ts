import { mixBits } from './hash-text.ts';

/** MinHash (Broder 1997): the share of equal positions estimates the Jaccard similarity of two sets. */
export const SIGNATURE_LENGTH = 32;

const SEEDS = Int32Array.from({ length: SIGNATURE_LENGTH }, (_, index) => mixBits(index + 1));
const GOLDEN = 0x9e3779b1;

/** @param features hashes of a set's elements. @returns the signature, valid until the next call with the same buffer */
export function minHash(features: Iterable<number>, signature: Uint32Array): Uint32Array {
  signature.fill(0xffffffff);
  for (const feature of features) {
    for (let index = 0; index < SIGNATURE_LENGTH; index += 1) {
      const value = Math.imul(feature ^ (SEEDS[index] ?? 0), GOLDEN) >>> 0;
      if (value < (signature[index] ?? 0)) signature[index] = value;
    }
  }
  return signature;
}
