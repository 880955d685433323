import type { Random } from '../../engine/index.ts';

const SHARE_OF_WORDS = 0.15;
const MARKS = [',', '...', '!', ' -', ';'] as const;

/** Half of the texts lose every punctuation mark, the others get one after some 15 % of their words. */
export function changePunctuation(text: string, random: Random): string {
  if (random.uniform() < 0.5) return text.replaceAll(/\p{P}+/gu, '').replaceAll(/ {2,}/gu, ' ');
  return text.replaceAll(/[\p{L}\p{N}]+(?=\s|$)/gu, (word) =>
    random.uniform() < SHARE_OF_WORDS ? word + (MARKS[random.integer(MARKS.length)] ?? '') : word,
  );
}
