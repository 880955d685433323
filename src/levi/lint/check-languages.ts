import type { LintFinding } from '../../contract/lint.ts';
import { languageOf } from './language-of.ts';
import type { Language } from './language-of.ts';
import type { LintCheck } from './lint-row.ts';
import { formatPercent, formatRows, newTally, noteRow, RowCounts } from './tally.ts';
import type { Tally } from './tally.ts';

const MIN_SHARE = 0.02;
const MIN_ROWS = 3;

/** Texts in another language than most of a file, of those whose language their most frequent words tell. */
export function checkLanguages(): LintCheck {
  const rows = new RowCounts();
  const languages = new Map<string, Map<Language, Tally>>();
  return {
    add: ({ file, line, words }) => {
      const language = languageOf(words);
      if (language === null) return;
      rows.add(file);
      const tallies = languages.get(file) ?? new Map<Language, Tally>();
      languages.set(file, tallies);
      const tally = tallies.get(language) ?? newTally();
      tallies.set(language, tally);
      noteRow(tally, line);
    },
    findings: () =>
      [...languages].flatMap(([file, tallies]) => {
        const [main, ...others] = [...tallies].sort(([, a], [, b]) => b.count - a.count);
        return others
          .filter(([, { count }]) => count >= MIN_ROWS && rows.shareOf(file, count) >= MIN_SHARE)
          .map(([language, tally]): LintFinding => {
            const share = formatPercent(rows.shareOf(file, tally.count));
            const message = `${formatRows(tally.count)} (${share}) are in ${language}, most are in ${main?.[0] ?? 'another'}. Check that the backbone knows both, and read the report per language.`;
            return { code: 'mixed_languages', severity: 'info', message, file, ...tally };
          });
      }),
  };
}
