import type { LintFinding } from '../../contract/lint.ts';
import type { LintCheck } from './lint-row.ts';
import { estimateTokens, isDamaged, isVeryShort, scriptOf } from './measure-text.ts';
import type { Script } from './measure-text.ts';
import { formatPercent, formatRows, newTally, noteIn, noteRow, RowCounts } from './tally.ts';
import type { FileTallies, Tally } from './tally.ts';

const MIN_SCRIPT_SHARE = 0.02;
const MIN_SCRIPT_ROWS = 3;

/** Texts that are very short, too long for the backbone, damaged, or of another script than most. */
export function checkTexts({ maxTokens }: { readonly maxTokens: number }): LintCheck {
  const rows = new RowCounts();
  const short: FileTallies = new Map();
  const long: FileTallies = new Map();
  const damaged: FileTallies = new Map();
  const scripts = new Map<string, Map<Script, Tally>>();
  return {
    add: (row) => {
      const { text } = row.record;
      rows.add(row.file);
      // A row of an image or of fields alone; every other one has a text.
      if (text === '') return;
      if (isVeryShort(text)) noteIn(short, row);
      if (estimateTokens(text) > maxTokens) noteIn(long, row);
      if (isDamaged(text)) noteIn(damaged, row);
      const script = scriptOf(text);
      if (script !== null) noteScript(scripts, { ...row, script });
    },
    findings: () => [
      ...[...damaged].map(([file, tally]): LintFinding => {
        const message = `${formatRows(tally.count)} (${formatPercent(rows.shareOf(file, tally.count))}) hold traces of a wrong encoding, such as "Ã¼" for "ü". Read the source as UTF-8 and write it again.`;
        return { code: 'encoding_damage', severity: 'warn', message, file, ...tally };
      }),
      ...[...long].map(([file, tally]): LintFinding => {
        const share = rows.shareOf(file, tally.count);
        const message = `About ${formatRows(tally.count)} (${formatPercent(share)}) are longer than ${maxTokens} tokens, estimated from their characters; what comes after is not read. Put what matters first, or cut the texts yourself.`;
        return { code: 'truncated_texts', severity: share >= 0.1 ? 'warn' : 'info', message, file, ...tally };
      }),
      ...[...short].map(([file, tally]): LintFinding => {
        const message = `${formatRows(tally.count)} (${formatPercent(rows.shareOf(file, tally.count))}) hold fewer than three letters or digits. Is the right column read?`;
        return { code: 'very_short_texts', severity: 'info', message, file, ...tally };
      }),
      ...[...scripts].flatMap(([file, counts]) => findMixedScripts(file, counts, rows)),
    ],
  };
}

function noteScript(
  scripts: Map<string, Map<Script, Tally>>,
  { file, line, script }: { readonly file: string; readonly line: number; readonly script: Script },
): void {
  const counts = scripts.get(file) ?? new Map<Script, Tally>();
  scripts.set(file, counts);
  const tally = counts.get(script) ?? newTally();
  counts.set(script, tally);
  noteRow(tally, line);
}

function findMixedScripts(file: string, counts: ReadonlyMap<Script, Tally>, rows: RowCounts): readonly LintFinding[] {
  const [main, ...others] = [...counts].sort(([, a], [, b]) => b.count - a.count);
  const many = others.filter(
    ([, { count }]) => count >= MIN_SCRIPT_ROWS && rows.shareOf(file, count) >= MIN_SCRIPT_SHARE,
  );
  return many.map(([script, tally]): LintFinding => {
    const share = formatPercent(rows.shareOf(file, tally.count));
    const message = `${formatRows(tally.count)} (${share}) are in ${script} script, most are in ${main?.[0] ?? 'another'}. Check that the backbone knows these languages, and read the report per language.`;
    return { code: 'mixed_scripts', severity: 'info', message, file, ...tally };
  });
}
