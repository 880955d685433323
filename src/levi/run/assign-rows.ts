import { LevigateError } from '../../contract/errors.ts';
import { createRandom } from '../../engine/index.ts';
import { contentKey } from '../data/content-key.ts';
import { splitRows } from '../data/split-rows.ts';
import type { Split, SplitOptions } from '../data/split-rows.ts';
import { deriveSeed } from '../derive-seed.ts';
import { strataOf } from '../tasks/targets.ts';
import type { LeviConfig } from '../config.ts';
import type { TrainingRecord } from '../records/training-record.ts';
import type { LabelledFeatures } from './events.ts';
import { takeRecords } from './take-records.ts';

/** Shorter validation files are for choosing alone: half of one would say too little about the result. */
const MIN_ROWS_TO_HALVE = 60;

export interface Rows {
  readonly records: readonly TrainingRecord[];
}

export interface RowsToAssign<Set extends Rows> {
  readonly train: Set;
  readonly validation?: Set | undefined;
  readonly config: Pick<LeviConfig, 'heldOutFraction' | 'heldOutCap'>;
  readonly seed: number;
}

export interface HeldOut<Set extends Rows = LabelledFeatures> {
  readonly from: Set;
  readonly rows: Int32Array;
}

export interface AssignedRows<Set extends Rows = LabelledFeatures> {
  /** Rows of the training file to learn from. */
  readonly train: Int32Array;
  readonly validation: HeldOut<Set>;
  readonly test: HeldOut<Set>;
  /** What a reader should know about it. */
  readonly notes: readonly string[];
}

type Parts = Pick<SplitOptions, 'fraction' | 'cap' | 'parts'>;

/**
 * Decides which rows are learned from, chosen on and reported on, so that no text is on two sides. Reads the records alone: equal records,
 * configuration and seed give equal rows.
 */
export function assignRows<Set extends Rows>({
  train,
  validation,
  config,
  seed,
}: RowsToAssign<Set>): AssignedRows<Set> {
  const random = createRandom(deriveSeed(seed, 'split'));
  const split = (set: Rows, rows: Int32Array, parts: Parts): Split => {
    const records = takeRecords(set, rows);
    const permute = (n: number): Int32Array => random.permutation(n);
    const chosen = splitRows(records.map(contentKey), strataOf(records), { ...parts, permute });
    const back = (part: Int32Array): Int32Array => part.map((index) => rows[index] ?? 0);
    return { train: back(chosen.train), validation: back(chosen.validation), test: back(chosen.test) };
  };
  const { heldOutFraction: fraction, heldOutCap: cap } = config;
  const everyRow = Int32Array.from(train.records.keys());
  if (validation === undefined) {
    const parts = split(train, everyRow, { fraction, cap, parts: ['validation', 'test'] });
    return {
      train: parts.train,
      validation: { from: train, rows: parts.validation },
      test: { from: train, rows: parts.test },
      notes: [],
    };
  }
  const unseen = rowsWithNewTexts(validation, train);
  const notes = remarks(validation.records.length - unseen.length);
  if (unseen.length >= MIN_ROWS_TO_HALVE) {
    const halves = split(validation, unseen, { fraction: 0.5, cap: Infinity, parts: ['test'] });
    return {
      train: everyRow,
      validation: { from: validation, rows: halves.train },
      test: { from: validation, rows: halves.test },
      notes: [...notes, 'The validation file was halved: one half for choosing, the other for the report.'],
    };
  }
  const parts = split(train, everyRow, { fraction, cap, parts: ['test'] });
  return {
    train: parts.train,
    validation: { from: validation, rows: unseen },
    test: { from: train, rows: parts.test },
    notes: [
      ...notes,
      'The validation file is short, so all of it is for choosing; rows of the training file were held out for the report.',
    ],
  };
}

function rowsWithNewTexts(validation: Rows, train: Rows): Int32Array {
  const known = new Set(train.records.map(contentKey));
  const rows = [...validation.records.entries()].flatMap(([row, record]) =>
    known.has(contentKey(record)) ? [] : [row],
  );
  if (rows.length > 0) return Int32Array.from(rows);
  throw new LevigateError(
    'invalid_training_file',
    'validation_file: every text of it is in the training file too. Give other texts, or leave it out: rows of the training file are then held out.',
    { param: 'validation_file' },
  );
}

function remarks(leaked: number): readonly string[] {
  return leaked === 0
    ? []
    : [`${leaked} rows of the validation file repeat texts of the training file and were left out.`];
}
