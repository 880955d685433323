import type { LintFinding } from '../../contract/lint.ts';
import type { NumberedRecord } from '../records/training-record.ts';

/** A row as every check sees it. */
export interface LintRow extends NumberedRecord {
  /** The request field that named the file. */
  readonly file: string;
  readonly isTraining: boolean;
  /** Lower case, without punctuation and repeated white space. */
  readonly normalText: string;
  /** The first `MAX_WORDS` of it. */
  readonly words: readonly string[];
}

/** One thing looked for: sees every row once, in order, in bounded memory. */
export interface LintCheck {
  readonly add: (row: LintRow) => void;
  readonly findings: () => readonly LintFinding[];
}

// The backbone reads a few hundred tokens; what comes later cannot tell two texts apart for it.
const MAX_WORDS = 128;
const MAX_CHARS = 20_000;

export function toLintRow(file: string, { line, record }: NumberedRecord): LintRow {
  const normalText = normaliseText(record.text);
  const words = normalText.slice(0, MAX_CHARS).split(' ', MAX_WORDS);
  return { file, line, record, isTraining: file === 'training_file', normalText, words };
}

export const normaliseText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{S}]+/gu, ' ')
    .trim();
