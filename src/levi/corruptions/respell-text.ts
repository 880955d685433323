import type { Random } from '../../engine/index.ts';
import { ENGLISHES, RESPELLINGS } from './spellings.ts';

const SHARE_OF_RESPELLINGS = 0.5;

const ALL = [...ENGLISHES.keys(), ...RESPELLINGS.keys()].toSorted((a, b) => b.length - a.length);
// Longest first, so that "going to" is found before "going".
const KNOWN = new RegExp(String.raw`(?<![\p{L}\p{N}'’])(?:${ALL.join('|')})(?![\p{L}\p{N}'’])`, 'giu');

/**
 * British words in American spelling and the other way round, wherever one stands; half of some fifty common English words as people
 * write them in a hurry ("tonight" as "tonite", "you" as "u"). Other languages stay as they are.
 */
export function respellText(text: string, random: Random): string {
  return text.replaceAll(KNOWN, (found) => {
    const word = found.toLowerCase();
    const english = ENGLISHES.get(word);
    if (english !== undefined) return withCaseOf(found, english);
    const short = RESPELLINGS.get(word);
    return short !== undefined && random.uniform() < SHARE_OF_RESPELLINGS ? withCaseOf(found, short) : found;
  });
}

function withCaseOf(found: string, word: string): string {
  if (found.length > 1 && found === found.toUpperCase()) return word.toUpperCase();
  const first = found.charAt(0);
  return first === first.toLowerCase() ? word : word.charAt(0).toUpperCase() + word.slice(1);
}
