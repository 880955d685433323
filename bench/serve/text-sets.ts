import { createRandom } from '../../src/engine/index.ts';
import type { Random } from '../../src/engine/index.ts';
import { benchTexts } from '../texts.ts';

export const LENGTHS = ['short', 'mixed', 'long'] as const;
export type Length = (typeof LENGTHS)[number];

const SENTENCES = 4_000;
const SHORT_WORDS = 14;
const LONG_WORDS = 180;
const LEAST_WORDS = 3;

/** In words: a sentence; anything from three words to a page, short ones more often; a page, near what the backbone reads. */
const WORDS = {
  short: (random) => LEAST_WORDS + random.integer(SHORT_WORDS - LEAST_WORDS + 1),
  mixed: (random) => Math.round(LEAST_WORDS * (LONG_WORDS / LEAST_WORDS) ** random.uniform()),
  long: () => LONG_WORDS,
} as const satisfies Record<Length, (random: Random) => number>;

/** `count` different texts of a length, made of sentences in a fixed random order; another seed gives others. */
export function textsOf(length: Length, count: number, seed = 1): readonly string[] {
  const random = createRandom(seed);
  const sentences = benchTexts(SENTENCES).rows.map(({ text }) => text.split(/\s+/u).filter((word) => word !== ''));
  const texts = new Set<string>();
  while (texts.size < count) {
    const target = WORDS[length](random);
    const words: string[] = [];
    while (words.length < target) words.push(...(sentences[random.integer(sentences.length)] ?? ['nothing']));
    texts.add(words.slice(0, target).join(' '));
  }
  return [...texts];
}
