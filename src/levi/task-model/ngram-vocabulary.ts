import { hashNgrams } from './hash-ngrams.ts';

export const NGRAM_BUCKETS = 2 ** 16;
const MIN_DOCUMENTS = 2;
// 16 MB of weights; with very many classes the rarest buckets go first.
const MAX_WEIGHTS = 2 ** 22;

/**
 * The buckets that the task model knows: those seen in at least two training texts, ascending.
 * A bucket seen once says nothing that could be learned, and an unknown one must stay silent instead of noisy.
 */
export function learnNgramVocabulary(texts: readonly string[], scoresPerBucket: number): Int32Array {
  const documents = new Int32Array(NGRAM_BUCKETS);
  for (const text of texts) {
    for (const bucket of new Set(hashNgrams(text, NGRAM_BUCKETS))) documents[bucket] = (documents[bucket] ?? 0) + 1;
  }
  const known = Array.from(documents.keys()).filter((bucket) => (documents[bucket] ?? 0) >= MIN_DOCUMENTS);
  const limit = Math.max(1, Math.floor(MAX_WEIGHTS / scoresPerBucket));
  if (known.length > limit) known.sort((a, b) => (documents[b] ?? 0) - (documents[a] ?? 0) || a - b).length = limit;
  return Int32Array.from(known).sort();
}

/** Texts as rows of the vocabulary, compressed: text i holds `rows[offsets[i] .. offsets[i + 1]]`, its sum is scaled by `scales[i]`. */
export interface EncodedTexts {
  readonly offsets: Int32Array;
  readonly rows: Int32Array;
  readonly scales: Float32Array;
  /** Which share of each text's n-grams is known; 1 where it has none. */
  readonly coverage: Float32Array;
}

/** Texts to rows of one vocabulary's tables. */
export type NgramEncoder = (texts: readonly string[]) => EncodedTexts;

/** `vocabulary`: distinct buckets, ascending. A text of unknown n-grams alone becomes an empty list, hence a score of zero. */
export function createNgramEncoder(vocabulary: Int32Array): NgramEncoder {
  return (texts) => encodeTexts(texts, vocabulary);
}

const NONE = new Int32Array(0);

function encodeTexts(texts: readonly string[], vocabulary: Int32Array): EncodedTexts {
  const offsets = new Int32Array(texts.length + 1);
  const scales = new Float32Array(texts.length);
  const coverage = new Float32Array(texts.length).fill(1);
  const hashes = hashTexts(texts);
  const rows = new Int32Array(hashes.reduce((total, hashed) => total + hashed.length, 0));
  let end = 0;
  for (let index = 0; index < hashes.length; index++) {
    const hashed = hashes[index] ?? NONE;
    const start = end;
    for (let place = 0; place < hashed.length; place++) {
      const row = findRow(vocabulary, hashed[place] ?? 0);
      if (row >= 0) rows[end++] = row;
    }
    const count = end - start;
    offsets[index + 1] = end;
    scales[index] = count === 0 ? 0 : 1 / Math.sqrt(count);
    if (hashed.length > 0) coverage[index] = count / hashed.length;
  }
  return { offsets, rows: rows.subarray(0, end), scales, coverage };
}

// About how far a bucket is from where it would be if all were evenly spread, as hashes are.
const NEAR = 16;

/**
 * A bucket's place in the vocabulary, or -1: looked for where it should be, then in ever longer steps, then between the last two. A table of all
 * buckets would find it sooner and be larger than many an adapter.
 */
function findRow(vocabulary: Int32Array, bucket: number): number {
  const { length } = vocabulary;
  let low = Math.floor((bucket / NGRAM_BUCKETS) * length);
  let high = low;
  let step = NEAR;
  if ((vocabulary[low] ?? NGRAM_BUCKETS) <= bucket) {
    for (high = low + step; high < length && (vocabulary[high] ?? 0) <= bucket; high += step) {
      low = high;
      step *= 2;
    }
  } else {
    for (low = high - step; low > 0 && (vocabulary[low] ?? 0) > bucket; low -= step) {
      high = low;
      step *= 2;
    }
  }
  low = Math.max(0, low);
  high = Math.min(length - 1, high);
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = vocabulary[middle] ?? 0;
    if (found === bucket) return middle;
    if (found < bucket) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

const hashesOf = new WeakMap<readonly string[], readonly Int32Array[]>();
// Those of a training file would be held in memory for nothing.
const MOST_KEPT = 1024;

/** One input is read by many adapters in a row, each with a vocabulary of its own. */
function hashTexts(texts: readonly string[]): readonly Int32Array[] {
  const known = hashesOf.get(texts);
  if (known) return known;
  const hashed = texts.map((text) => hashNgrams(text, NGRAM_BUCKETS));
  if (texts.length <= MOST_KEPT) hashesOf.set(texts, hashed);
  return hashed;
}
