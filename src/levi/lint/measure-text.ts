const SCRIPTS = [
  ['Latin', /\p{Script=Latin}/u],
  ['Cyrillic', /\p{Script=Cyrillic}/u],
  ['Greek', /\p{Script=Greek}/u],
  ['Arabic', /\p{Script=Arabic}/u],
  ['Hebrew', /\p{Script=Hebrew}/u],
  ['Devanagari', /\p{Script=Devanagari}/u],
  ['Thai', /\p{Script=Thai}/u],
  // Japanese mixes them in one sentence.
  ['Chinese or Japanese', /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u],
  ['Korean', /\p{Script=Hangul}/u],
] as const;

export type Script = (typeof SCRIPTS)[number][0] | 'another';

const LETTERS = /\p{L}/gu;
// Enough to tell a text's script; the rest of a long text hardly changes it.
const SAMPLE_CHARS = 400;

/** The script of most of a text's first letters; null for a text without letters. */
export function scriptOf(text: string): Script | null {
  const letters = text.slice(0, SAMPLE_CHARS).match(LETTERS);
  if (!letters) return null;
  const counts = new Map<Script, number>();
  for (const letter of letters) {
    const script =
      letter < '\u0250' ? 'Latin' : (SCRIPTS.find(([, pattern]) => pattern.test(letter))?.[0] ?? 'another');
    counts.set(script, (counts.get(script) ?? 0) + 1);
  }
  return [...counts].reduce((most, next) => (next[1] > most[1] ? next : most))[0];
}

// Measured with the tokenizer of BERT's uncased vocabulary on English text: 4.6 characters a token, spaces included.
const LATIN_CHARS_PER_TOKEN = 4.6;
const OTHER_CHARS_PER_TOKEN = 1.3;

/** A rough number of tokens, from characters alone; the worker's tokenizer counts exactly. */
export function estimateTokens(text: string): number {
  let latin = 0;
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 0x0250) latin += 1;
  return 2 + latin / LATIN_CHARS_PER_TOKEN + (text.length - latin) / OTHER_CHARS_PER_TOKEN;
}

/**
 * Traces of a wrong encoding: U+FFFD, or UTF-8 that was read as Latin-1 or Windows-1252 ("Ã¼" for "ü", "â€™" for "’").
 */
const DAMAGE = /\uFFFD|Ã[\u0080-\u00BF]|Â[\u0080-\u00BF]|â€[™œ\u009D“”˜¦žš¢]|ï»¿|Ð[\u0080-\u00BF]Ñ/u;

export const isDamaged = (text: string): boolean => DAMAGE.test(text);

const THREE_LETTERS = /(?:[\p{L}\p{N}][^\p{L}\p{N}]*){3}/u;

/** Fewer than three letters or digits. */
export const isVeryShort = (text: string): boolean => !THREE_LETTERS.test(text);
