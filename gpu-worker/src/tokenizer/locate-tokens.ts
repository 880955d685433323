export interface TokenPlace {
  /** In UTF-16 units of the text. */
  readonly start: number;
  readonly stop: number;
}

// A token is looked for at most so far beyond the one before: what lies between was dropped or became an unknown token.
const MAX_GAP = 64;

/**
 * Where in its text each token stands, told from the tokens' own letters, since the tokenizer does not say.
 * @param pieces as the vocabulary has them; null for special tokens
 * @returns null where it cannot be told: special tokens, and those that hold part of a letter
 */
export function locateTokens(text: string, pieces: readonly (string | null)[]): readonly (TokenPlace | null)[] {
  const { folded, starts } = foldText(text);
  let cursor = 0;
  return pieces.map((piece) => {
    const wanted = piece === null ? '' : foldText(bareLetters(piece)).folded;
    if (wanted === '') return null;
    while (cursor < folded.length && /\s/.test(folded.charAt(cursor))) cursor += 1;
    const found = folded.slice(cursor, cursor + MAX_GAP + wanted.length).indexOf(wanted);
    if (found === -1) return null;
    const start = cursor + found;
    cursor = start + wanted.length;
    return { start: starts[start] ?? 0, stop: starts[cursor] ?? text.length };
  });
}

/** Without the marks by which vocabularies say "within a word" (WordPiece) or "after a space" (the others). */
const bareLetters = (piece: string): string => piece.replace(/^##/, '').replace(/^[▁Ġ]+/, '');

/** Lower case without accents, as most tokenizers read, and where each unit of it stood. */
function foldText(text: string): { readonly folded: string; readonly starts: readonly number[] } {
  let folded = '';
  let position = 0;
  const starts: number[] = [];
  for (const character of text) {
    const plain = character
      .normalize('NFD')
      .replaceAll(/\p{Mn}/gu, '')
      .toLowerCase();
    for (let unit = 0; unit < plain.length; unit += 1) starts.push(position);
    folded += plain;
    position += character.length;
  }
  return { folded, starts: [...starts, position] };
}
