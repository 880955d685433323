import type { LintFinding } from '../../contract/lint.ts';
import { hashText, mixBits } from './hash-text.ts';
import type { LintCheck, LintRow } from './lint-row.ts';
import { minHash, SIGNATURE_LENGTH } from './min-hash.ts';
import { formatPercent, formatRows, noteIn, RowCounts } from './tally.ts';
import type { FileTallies } from './tally.ts';

const BANDS = 8;
const BAND_ROWS = SIGNATURE_LENGTH / BANDS;
const SLOTS = 2 ** 18;
// 13 MB of signatures; later rows are compared, not remembered.
const MAX_TEXTS = 200_000;
const MIN_WORDS = 5;
/** Of 32 positions: about nine tenths of the words and word pairs are shared. */
const MIN_EQUAL = 28;

/**
 * Texts that share nearly all words and word pairs, but are not the same: MinHash signatures, looked up by bands.
 * Each band remembers one text per slot, so memory is fixed and a few pairs are missed.
 */
export function checkNearDuplicates(): LintCheck {
  const index = createIndex();
  const exact = new Set<number>();
  const within: FileTallies = new Map();
  const across: FileTallies = new Map();
  const rows = new RowCounts();
  return {
    add: (row) => {
      rows.add(row.file);
      if (row.words.length < MIN_WORDS) return;
      const key = hashText(row.normalText);
      if (exact.has(key)) return;
      if (exact.size < MAX_TEXTS) exact.add(key);
      const foundIn = index.findOrAdd(row);
      if (foundIn === row.file) noteIn(within, row);
      else if (foundIn === 'training_file') noteIn(across, row);
    },
    findings: () => [
      ...[...across].map(([file, tally]): LintFinding => {
        const share = formatPercent(rows.shareOf(file, tally.count));
        const message = `${formatRows(tally.count)} (${share}) are nearly the same as a text of the training file: figures measured on them flatter. Split the data by what they have in common.`;
        return { code: 'near_duplicate_texts', severity: 'warn', message, file, ...tally };
      }),
      ...[...within].map(([file, tally]): LintFinding => {
        const share = rows.shareOf(file, tally.count);
        const message = `${formatRows(tally.count)} (${formatPercent(share)}) are nearly the same as an earlier text. Rows held out for the report may then resemble training rows; give a validation file of other origin for an honest figure.`;
        return { code: 'near_duplicate_texts', severity: share >= 0.1 ? 'warn' : 'info', message, file, ...tally };
      }),
    ],
  };
}

function createIndex() {
  // A slot holds a text's number plus one; 0 is free.
  const slots = new Int32Array(BANDS * SLOTS);
  let signatures = new Uint16Array(1024 * SIGNATURE_LENGTH);
  const files: string[] = [];
  const current = new Uint32Array(SIGNATURE_LENGTH);

  const isNear = (text: number): boolean => {
    let equal = 0;
    for (let at = 0; at < SIGNATURE_LENGTH; at += 1)
      if (signatures[text * SIGNATURE_LENGTH + at] === (current[at] ?? 0) >>> 16) equal += 1;
    return equal >= MIN_EQUAL;
  };
  const slotOf = (band: number): number => {
    let hash = band;
    for (let at = band * BAND_ROWS; at < (band + 1) * BAND_ROWS; at += 1) hash = mixBits(hash ^ (current[at] ?? 0));
    return band * SLOTS + ((hash >>> 0) % SLOTS);
  };
  const remember = (file: string, free: readonly number[]): void => {
    if (files.length >= MAX_TEXTS) return;
    const start = files.push(file) * SIGNATURE_LENGTH - SIGNATURE_LENGTH;
    if (start === signatures.length) {
      const larger = new Uint16Array(signatures.length * 2);
      larger.set(signatures);
      signatures = larger;
    }
    for (let at = 0; at < SIGNATURE_LENGTH; at += 1) signatures[start + at] = (current[at] ?? 0) >>> 16;
    for (const slot of free) slots[slot] = files.length;
  };

  return {
    /** @returns the file of a text that is nearly the same; undefined where there was none, and this one is remembered */
    findOrAdd: ({ file, words }: LintRow): string | undefined => {
      minHash(featuresOf(words), current);
      const free: number[] = [];
      for (let band = 0; band < BANDS; band += 1) {
        const slot = slotOf(band);
        const text = (slots[slot] ?? 0) - 1;
        if (text < 0) free.push(slot);
        else if (isNear(text)) return files[text];
      }
      remember(file, free);
      return undefined;
    },
  };
}

function* featuresOf(words: readonly string[]): Generator<number> {
  let previous = 0;
  for (const word of words) {
    const hash = hashText(word) | 0;
    yield hash;
    yield mixBits(Math.imul(previous, 31) ^ hash);
    previous = hash;
  }
}
