import type { Random } from '../../engine/index.ts';

const SHARE_OF_WORDS = 0.2;

/** A text without a fifth of its words; one of them stays. Words are told by white space. */
export function dropWords(text: string, random: Random): string {
  const words = text.match(/\s*\S+/gu) ?? [];
  const kept = random.integer(Math.max(1, words.length));
  return words
    .filter((_, index) => random.uniform() >= SHARE_OF_WORDS || index === kept)
    .join('')
    .trim();
}
