import { addToHash, FNV_OFFSET } from '../data/fnv.ts';

// Letters with their marks and inner apostrophes; scripts written without spaces, and punctuation, one character each.
const WORDS =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Thai}|[\p{L}\p{M}\p{N}_]+(?:['’][\p{L}\p{M}]+)*|[^\s\p{L}\p{M}\p{N}_]/gu;

/** The task model reads the raw text by its own rule, never the backbone's tokens: its view must be formed apart. */
export function splitWords(text: string): readonly string[] {
  return text.toLowerCase().match(WORDS) ?? [];
}

const BIGRAM_SEPARATOR = 0x20;

/**
 * Buckets (0 .. `buckets` - 1) of a text's words and pairs of neighbouring words, repeated as often as they occur.
 * FNV-1a over UTF-16 units with a final mix; `buckets` is a power of two. Stored adapters depend on every detail of it.
 */
export function hashNgrams(text: string, buckets: number): Int32Array {
  const words = splitWords(text);
  const hashed = new Int32Array(Math.max(0, words.length * 2 - 1));
  let previous = FNV_OFFSET;
  for (const [index, word] of words.entries()) {
    hashed[index] = mix(hashUnits(FNV_OFFSET, word)) & (buckets - 1);
    if (index > 0)
      hashed[words.length + index - 1] = mix(hashUnits(addToHash(previous, BIGRAM_SEPARATOR), word)) & (buckets - 1);
    previous = hashUnits(FNV_OFFSET, word);
  }
  return hashed;
}

function hashUnits(start: number, word: string): number {
  let hash = start;
  for (let index = 0; index < word.length; index++) hash = addToHash(hash, word.charCodeAt(index));
  return hash;
}

// The low bits of FNV-1a alone are poorly spread over short words.
function mix(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (folded ^ (folded >>> 13)) >>> 0;
}
