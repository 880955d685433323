import type { LintFinding } from '../../contract/lint.ts';
import { hashText } from './hash-text.ts';
import type { LintCheck, LintRow } from './lint-row.ts';
import { formatPercent, formatRows, noteIn, RowCounts } from './tally.ts';
import type { FileTallies } from './tally.ts';

// About 30 MB; beyond it rows are still compared with those seen before, and no longer remembered.
const MAX_TEXTS = 300_000;

interface FirstSeen {
  readonly file: string;
  readonly line: number;
  readonly label: string;
  isNoted: boolean;
}

/** The same text, but for case, punctuation and white space, and the same picture, byte by byte: twice, with different labels, or in training and held-out files. */
export function checkDuplicates(): LintCheck {
  const seen = new Map<number, FirstSeen>();
  const duplicates: FileTallies = new Map();
  const conflicts: FileTallies = new Map();
  const overlaps: FileTallies = new Map();
  const rows = new RowCounts();
  const files = new Map<string, string>();
  const nounOf = (file: string): string => files.get(file) ?? 'text';

  const compare = (row: LintRow, first: FirstSeen): void => {
    if (row.file !== first.file && first.file === 'training_file') noteIn(overlaps, row);
    if (row.answer === first.label) {
      if (row.file === first.file) noteIn(duplicates, row);
      return;
    }
    if (!first.isNoted && first.file === row.file) noteIn(conflicts, first);
    first.isNoted = true;
    noteIn(conflicts, row);
  };

  return {
    add: (row) => {
      rows.add(row.file);
      if (row.normalText === '') return;
      if (row.record.image !== undefined) files.set(row.file, row.record.text === '' ? 'picture' : 'text and picture');
      const key = hashText(row.normalText);
      const first = seen.get(key);
      if (first) return compare(row, first);
      if (seen.size < MAX_TEXTS) seen.set(key, { file: row.file, line: row.line, label: row.answer, isNoted: false });
    },
    findings: () => [
      ...[...conflicts].map(([file, tally]): LintFinding => {
        const share = rows.shareOf(file, tally.count);
        const message = `${formatRows(tally.count)} (${formatPercent(share)}) hold a ${nounOf(file)} that is there with another label, too. No model can answer both: keep the right one.`;
        return { code: 'conflicting_labels', severity: share >= 0.2 ? 'error' : 'warn', message, file, ...tally };
      }),
      ...[...overlaps].map(([file, tally]): LintFinding => {
        const share = rows.shareOf(file, tally.count);
        const message = `${formatRows(tally.count)} (${formatPercent(share)}) hold a ${nounOf(file)} of the training file: figures measured on them show memory. Remove them from one of the two files.`;
        return { code: 'split_overlap', severity: share >= 0.2 ? 'error' : 'warn', message, file, ...tally };
      }),
      ...[...duplicates].map(([file, tally]): LintFinding => {
        const share = rows.shareOf(file, tally.count);
        const message = `${formatRows(tally.count)} (${formatPercent(share)}) repeat an earlier ${nounOf(file)} with the same label. They count twice in training; splits keep them on one side. Remove them unless the repetition means something.`;
        return { code: 'duplicate_texts', severity: share >= 0.05 ? 'warn' : 'info', message, file, ...tally };
      }),
    ],
  };
}
