import { keysOf } from '../../contract/tables.ts';

/**
 * Words that are frequent in one language and hardly words of another here. Enough to tell languages of one script apart in a sentence or two;
 * a word that several share stands with none.
 */
const FUNCTION_WORDS = {
  English: 'the and is are was were have has this that with from not they would which there been their what you',
  German: 'der und ist das nicht ein eine mit auf für sich auch dem den wird sind wurde aber ich wir',
  French: 'les des est dans une pour qui sur pas avec sont cette mais nous vous ont être aux ce je',
  Spanish: 'los las que por con una para del como pero más está muy son hay fue sus este cuando yo',
  Portuguese: 'não uma com para mais como mas foi são está seu sua pelo isso você ele também muito já nos',
  Italian: 'il che di non per una con sono del della è anche gli ma più nel alla questo stato ho',
  Dutch: 'het een van niet zijn dat met voor aan ook maar bij naar deze wordt heb hij wij ik zij',
  Polish: 'nie się jest na to że jak ale do tak przez od może tylko już oraz są był dla po',
  Swedish: 'och att det som är inte på för med den till har jag ett av om var så men hon',
  Turkish: 'bir ve bu için çok ama ile değil var daha gibi kadar olan ben sen ne mi olarak sonra her',
} as const;

export type Language = keyof typeof FUNCTION_WORDS;

const LANGUAGES_OF_WORD = (() => {
  const byWord = new Map<string, Language[]>();
  for (const language of keysOf(FUNCTION_WORDS))
    for (const word of FUNCTION_WORDS[language].split(' ')) byWord.set(word, [...(byWord.get(word) ?? []), language]);
  return byWord;
})();

const MIN_HITS = 2;

/** The language most of whose frequent words are there; null where that is not clear. */
export function languageOf(words: readonly string[]): Language | null {
  const hits = new Map<Language, number>();
  for (const word of words) {
    const languages = LANGUAGES_OF_WORD.get(word) ?? [];
    for (const language of languages) hits.set(language, (hits.get(language) ?? 0) + 1 / languages.length);
  }
  const [[language, most] = [null, 0], [, second] = [null, 0]] = [...hits].sort(([, a], [, b]) => b - a);
  return most >= MIN_HITS && most >= 2 * second ? language : null;
}
