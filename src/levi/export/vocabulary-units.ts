/** How a vocabulary says what stands between two tokens. */
export type VocabularyKind =
  /** `##ing` goes on with a word; elsewhere a space or nothing was there: punctuation is split off either way. */
  | 'wordpiece'
  /** `▁` is a space. */
  | 'metaspace'
  /** Each character is a byte of UTF-8, in the spelling of GPT-2; a space is one of them. */
  | 'byte_level';

export interface Vocabulary {
  readonly kind: VocabularyKind;
  /** By id. */
  readonly tokens: readonly string[];
  /** Ids of tokens that stand for no text. */
  readonly special: ReadonlySet<number>;
}

/** What each token spells, in UTF-16 units in lower case, one token after the other. */
export interface VocabularyUnits {
  /** Where each token's units begin; one number more than there are tokens. */
  readonly offsets: Int32Array;
  readonly codes: Int32Array;
  /** Letters with their marks, digits and the low line: what words are made of. */
  readonly isWord: Uint8Array;
  /** Those that may follow an apostrophe within a word. */
  readonly isLetter: Uint8Array;
  readonly isApostrophe: Uint8Array;
  /** Whether nothing stood between this unit and the one before. */
  readonly isJoined: Uint8Array;
  /** The second half of a character of two units. */
  readonly isSecondHalf: Uint8Array;
  /** No unit of the text, but the white space that ends a token. */
  readonly isSpace: Uint8Array;
  /** By token: at most two units that begin a word, as before or after the apostrophe of a contraction. */
  readonly isShort: Uint8Array;
}

const SPACES = /\s/;
const WORD = /^[\p{L}\p{M}\p{N}_]$/u;
const LETTER = /^[\p{L}\p{M}]$/u;
// As the task model reads them: a word by itself each.
const ALONE = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]$/u;
const APOSTROPHES: ReadonlySet<string> = new Set(["'", '’']);
const UNKNOWN = '\uFFFD';

export const UNIT_FLAGS = ['isWord', 'isLetter', 'isApostrophe', 'isJoined', 'isSecondHalf', 'isSpace'] as const;
export type UnitFlag = (typeof UNIT_FLAGS)[number];

type Unit = { readonly code: number } & Readonly<Record<UnitFlag, boolean>>;

/** One token more than the vocabulary has: a single mark, behind which nothing goes on. */
export function spellVocabulary({ kind, tokens, special }: Vocabulary): VocabularyUnits {
  const texts = [...tokens.map((token, id) => (special.has(id) ? '' : spell(token, kind))), ` ${UNKNOWN}`];
  const spelled = texts.map(toUnits);
  const units = spelled.flat();
  const offsets = Int32Array.from({ length: spelled.length + 1 }, () => 0);
  for (const [index, { length }] of spelled.entries()) offsets[index + 1] = (offsets[index] ?? 0) + length;
  const flag = (name: UnitFlag): Uint8Array => Uint8Array.from(units, (unit) => Number(unit[name]));
  return {
    offsets,
    codes: Int32Array.from(units, ({ code }) => code),
    isWord: flag('isWord'),
    isLetter: flag('isLetter'),
    isApostrophe: flag('isApostrophe'),
    isJoined: flag('isJoined'),
    isSecondHalf: flag('isSecondHalf'),
    isSpace: flag('isSpace'),
    isShort: Uint8Array.from(spelled, ([first, ...others]) => Number(first?.isJoined === false && others.length <= 1)),
  };
}

const NOTHING = { isWord: false, isLetter: false, isApostrophe: false, isSecondHalf: false, isSpace: false } as const;

function toUnits(text: string): readonly Unit[] {
  const units: Unit[] = [];
  let isJoined = true;
  for (const character of text.toLowerCase()) {
    if (SPACES.test(character)) {
      isJoined = false;
      continue;
    }
    const isWord = WORD.test(character) && !ALONE.test(character);
    const kind = { isWord, isLetter: isWord && LETTER.test(character), isApostrophe: APOSTROPHES.has(character) };
    for (let half = 0; half < character.length; half += 1)
      units.push({ code: character.charCodeAt(half), ...NOTHING, ...kind, isJoined, isSecondHalf: half > 0 });
    isJoined = true;
  }
  // Nothing else would tell the next token of it.
  return isJoined ? units : [...units, { code: 0, ...NOTHING, isJoined, isSpace: true }];
}

/** A token as text; a space first where a word may begin. */
function spell(token: string, kind: VocabularyKind): string {
  if (kind === 'wordpiece') return token.startsWith('##') ? token.slice(2) : ` ${token}`;
  if (kind === 'metaspace') return token.replaceAll('▁', ' ');
  return spellBytes(token);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Of bytes that are no whole character: what they spell is known only with the next token, which is not looked at. */
function spellBytes(token: string): string {
  const bytes = Array.from(token, (character) => BYTE_OF.get(character) ?? -1);
  if (bytes.includes(-1)) return ` ${UNKNOWN}`;
  try {
    return decoder.decode(Uint8Array.from(bytes));
  } catch {
    return ` ${UNKNOWN}`;
  }
}

/** GPT-2's: printable bytes spell themselves, the others the characters from U+0100 on. */
const BYTE_OF: ReadonlyMap<string, number> = (() => {
  const isPlain = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let others = 0;
  return new Map(
    Array.from(
      { length: 256 },
      (_, byte) => [String.fromCharCode(isPlain(byte) ? byte : 0x100 + others++), byte] as const,
    ),
  );
})();
