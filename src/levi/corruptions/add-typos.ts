import type { Random } from '../../engine/index.ts';

/** Letters beside each other on a keyboard of the English layout. */
const NEIGHBOURS: Readonly<Record<string, string>> = {
  q: 'wa',
  w: 'qes',
  e: 'wrd',
  r: 'etf',
  t: 'ryg',
  y: 'tuh',
  u: 'yij',
  i: 'uok',
  o: 'ipl',
  p: 'ol',
  a: 'qsz',
  s: 'awdx',
  d: 'sefc',
  f: 'drgv',
  g: 'fthb',
  h: 'gyjn',
  j: 'hukm',
  k: 'jil',
  l: 'kop',
  z: 'axs',
  x: 'zsdc',
  c: 'xdfv',
  v: 'cfgb',
  b: 'vghn',
  n: 'bhjm',
  m: 'njk',
};

const WORD = /\p{L}{4,}/gu;
const SHARE_OF_WORDS = 0.2;

/** One slip of the hand in a fifth of the words of four letters or more; the first letter stays, as it does when people type. */
export function addTypos(text: string, random: Random): string {
  return text.replaceAll(WORD, (word) =>
    random.uniform() < SHARE_OF_WORDS ? misspell(Array.from(word), random) : word,
  );
}

type Slip = (letters: readonly string[], at: number, random: Random) => readonly string[];

const SLIPS: readonly Slip[] = [swapWithNext, dropLetter, doubleLetter, hitNeighbour];

function misspell(letters: readonly string[], random: Random): string {
  const slip = SLIPS[random.integer(SLIPS.length)] ?? dropLetter;
  return slip(letters, 1 + random.integer(letters.length - 2), random).join('');
}

function swapWithNext(letters: readonly string[], at: number): readonly string[] {
  return [...letters.slice(0, at), ...letters.slice(at, at + 2).toReversed(), ...letters.slice(at + 2)];
}

function dropLetter(letters: readonly string[], at: number): readonly string[] {
  return letters.toSpliced(at, 1);
}

function doubleLetter(letters: readonly string[], at: number): readonly string[] {
  return letters.toSpliced(at, 0, letters[at] ?? '');
}

function hitNeighbour(letters: readonly string[], at: number, random: Random): readonly string[] {
  const letter = letters[at] ?? '';
  const near = NEIGHBOURS[letter.toLowerCase()];
  // Other scripts lie elsewhere on their keyboards.
  if (near === undefined) return swapWithNext(letters, at);
  const hit = near[random.integer(near.length)] ?? letter;
  return letters.with(at, letter === letter.toLowerCase() ? hit : hit.toUpperCase());
}
