import type { LintFinding } from '../../contract/lint.ts';
import { labelKey } from '../records/training-record.ts';
import type { NumberedRecord, TrainingRecord } from '../records/training-record.ts';
import { hashBytes } from './hash-bytes.ts';

/** A row as every check sees it. */
export interface LintRow extends NumberedRecord {
  /** The request field that named the file. */
  readonly file: string;
  readonly isTraining: boolean;
  /** All answers as one key; empty for numbers, which may well differ between rows of one text. */
  readonly answer: string;
  /** The names among the (first target's) answers. */
  readonly labels: readonly string[];
  /**
   * Lower case, without sentence punctuation and repeated white space; of a very long text the beginning and the length. With an image, a hash of
   * its bytes. Empty for a row of fields alone.
   */
  readonly normalText: string;
  /** The first `MAX_WORDS`, letters, digits and symbols only. */
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
  const { text, image } = record;
  const head = normaliseText(text.slice(0, MAX_CHARS));
  const normalText = text.length > MAX_CHARS ? `${head} ${text.length}` : head;
  return {
    file,
    line,
    record,
    isTraining: file === 'training_file',
    answer: answerOf(record),
    labels: labelsOf(record),
    normalText: image === undefined ? normalText : `${normalText} ${hashBytes(image)}`,
    words: wordsOf(head.replaceAll(/[^\p{L}\p{N}\p{M}\p{S}]+/gu, ' ').trim()),
  };
}

function answerOf({ label, labels = { label } }: TrainingRecord): string {
  return Object.values(labels)
    .filter((each) => typeof each !== 'number')
    .map(labelKey)
    .join(' / ');
}

function labelsOf({ label }: TrainingRecord): readonly string[] {
  if (typeof label === 'number') return [];
  return typeof label === 'string' ? [label] : label;
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;
const EACH_UNSPACED = new RegExp(UNSPACED, 'gu');

/** Scripts without spaces between words give a word per character. */
function wordsOf(text: string): readonly string[] {
  if (!UNSPACED.test(text)) return text.split(' ', MAX_WORDS);
  return text.replace(EACH_UNSPACED, ' $& ').trim().split(/ +/u, MAX_WORDS);
}

/** Smileys stay: ":)" and ":(" make two texts. */
const normaliseText = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s.,;!?"'“”‘’…]+/gu, ' ')
    .trim();
