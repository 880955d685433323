import { expect, test } from 'vitest';
import { hashNgrams, splitWords } from '../../../src/levi/task-model/hash-ngrams.ts';
import {
  createRowSlots,
  gatherScores,
  scatterAllScores,
  scatterScores,
} from '../../../src/levi/task-model/ngram-scores.ts';
import { createNgramEncoder, learnNgramVocabulary } from '../../../src/levi/task-model/ngram-vocabulary.ts';

test('splits raw text into lower-case words and punctuation, and scripts without spaces into characters', () => {
  expect(splitWords("Don't refund ME, señor 42!")).toEqual(["don't", 'refund', 'me', ',', 'señor', '42', '!']);
  expect(splitWords('請求書 です')).toEqual(['請', '求', '書', 'で', 'す']);
  expect(splitWords('   ')).toEqual([]);
});

test('hashes words and pairs of neighbours to the buckets that stored adapters rely on', () => {
  expect([...hashNgrams('a b a', 65_536)]).toMatchInlineSnapshot(`
    [
      16583,
      29662,
      16583,
      2400,
      47367,
    ]
  `);
  expect(hashNgrams('', 65_536)).toHaveLength(0);
});

test('keeps the buckets of n-grams seen in two texts or more, ascending', () => {
  const vocabulary = learnNgramVocabulary(['late parcel', 'late invoice', 'once only once'], 2);
  expect([...vocabulary]).toEqual([...hashNgrams('late', 65_536)]);
});

test('drops the rarest buckets where classes are so many that the table would not fit', () => {
  const texts = ['common rare', 'common rare', 'common'];
  expect(learnNgramVocabulary(texts, 2 ** 22)).toEqual(hashNgrams('common', 65_536));
});

test('scores unknown words as silence, and known ones by their mean over the root of their number', () => {
  const encode = createNgramEncoder(learnNgramVocabulary(['good bad', 'good bad'], 1));
  const texts = encode(['never seen', 'good', 'good bad']);
  const weights = Float32Array.from([1, 2, 4]);
  const scores = gatherScores(weights, 1, texts, [0, 1, 2]);
  expect(scores[0]).toBe(0);
  expect([1, 2, 4]).toContain(scores[1]);
  expect(scores[2]).toBeCloseTo(7 / Math.sqrt(3), 6);
});

test('scatters gradients as the transpose of gathering, sparse and dense alike', () => {
  const corpus = ['a b c', 'b c d', 'a d', 'd c b a'];
  const vocabulary = learnNgramVocabulary(corpus, 2);
  const texts = createNgramEncoder(vocabulary)(corpus);
  const weights = Float32Array.from({ length: vocabulary.length * 2 }, (_, index) => Math.sin(index));
  const chosen = [3, 0, 3];
  const cotangent = Float32Array.from([0.5, -1, 2, 0.25, 1, 1]);
  const forward = gatherScores(weights, 2, texts, chosen).reduce(
    (sum, value, index) => sum + value * (cotangent[index] ?? 0),
    0,
  );
  const slots = createRowSlots(vocabulary.length);
  const { rows, values } = scatterScores(cotangent, 2, { texts, chosen, slots });
  expect(new Set(rows).size).toBe(rows.length);
  const backward = values.reduce(
    (sum, value, index) => sum + value * (weights[(rows[index >> 1] ?? 0) * 2 + (index & 1)] ?? 0),
    0,
  );
  expect(backward).toBeCloseTo(forward, 5);
  expect(slots.slotOf.every((slot) => slot === 0)).toBe(true);

  const dense = new Float64Array(weights.length);
  const all = Float32Array.from({ length: 8 }, (_, index) => Math.cos(index));
  scatterAllScores(all, 2, texts, dense);
  const sparse = scatterScores(all, 2, { texts, chosen: [0, 1, 2, 3], slots });
  for (const [slot, row] of sparse.rows.entries())
    expect(dense[row * 2]).toBeCloseTo(sparse.values[slot * 2] ?? NaN, 5);
});
