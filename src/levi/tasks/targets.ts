import { LevigateError } from '../../contract/errors.ts';
import type { Task } from '../../contract/levi.ts';
import { taskOf } from '../records/target-summary.ts';
import { labelKey } from '../records/training-record.ts';
import type { Label, TrainingRecord } from '../records/training-record.ts';
import { FAMILY_OF } from './family.ts';
import type { Family } from './family.ts';

/** What is asked of a model, as the training file's labels say. */
export interface Question {
  readonly task: Task;
  readonly family: Family;
  /** Of the outputs: the labels in ascending order; of ordinal the levels, of regression nothing. */
  readonly labels: readonly string[];
  /** Of ordinal, ascending. */
  readonly levels: readonly number[];
}

/** True answers, row-major `[rows, outputs]`: one-hot, 0 or 1 per label, or the number itself. */
export interface Targets {
  readonly rows: number;
  readonly outputs: number;
  readonly data: Float32Array;
  /** Which kind of row it is, for splits in proportion: its class, its rarest label, its tenth of the range of numbers. */
  readonly strata: Int32Array;
}

/** How many numbers a model gives per row. */
export const outputsOf = ({ family, labels }: Pick<Question, 'family' | 'labels'>): number =>
  family === 'squared' ? 1 : labels.length;

export function askQuestion(records: readonly TrainingRecord[], asked: Task | null): Question {
  const task = asked ?? taskOf(records[0]?.label ?? '');
  const family = FAMILY_OF[task];
  if (task === 'regression') return { task, family, labels: [], levels: [] };
  if (task === 'ordinal') {
    const levels = [...new Set(records.map(({ label }) => Number(label)))].sort((a, b) => a - b);
    return { task, family, labels: levels.map(String), levels };
  }
  const names = records.flatMap(({ label }): readonly string[] =>
    typeof label === 'object' ? label : [labelKey(label)],
  );
  return { task, family, labels: [...new Set(names)].sort(), levels: [] };
}

/**
 * The records' answers as numbers. Throws `invalid_training_file` for a label that the training file does not hold.
 * @param file the request field that named the file, for messages
 */
export function encodeTargets(records: readonly TrainingRecord[], question: Question, file: string): Targets {
  const outputs = outputsOf(question);
  const data = new Float32Array(records.length * outputs);
  const indexOf = new Map(question.labels.map((label, index) => [label, index]));
  for (const [row, { label }] of records.entries()) {
    if (question.family === 'squared') data[row] = Number(label);
    else for (const name of namesOf(label)) data[row * outputs + known(indexOf.get(name), name, file)] = 1;
  }
  return { rows: records.length, outputs, data, strata: strataOf(records) };
}

const namesOf = (label: Label): readonly string[] => (typeof label === 'object' ? label : [labelKey(label)]);

function known(index: number | undefined, name: string, file: string): number {
  if (index !== undefined) return index;
  throw new LevigateError(
    'invalid_training_file',
    `${file}, field "label": "${name}" does not occur in the training file. Correct the spelling, or add examples of it.`,
    { param: file },
  );
}

const TENTHS = 10;

/** Numbered in the order of first appearance; numbers by their tenth of the sorted file. */
export function strataOf(records: readonly TrainingRecord[]): Int32Array {
  const counts = new Map<string, number>();
  for (const { label } of records) for (const name of namesOf(label)) counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size > TENTHS && records.every(({ label }) => typeof label === 'number')) return tenthsOf(records);
  const numbers = new Map<string, number>();
  return Int32Array.from(records, ({ label }) => {
    const [rarest = ''] = [...namesOf(label)].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0));
    const stratum = numbers.get(rarest) ?? numbers.size;
    numbers.set(rarest, stratum);
    return stratum;
  });
}

function tenthsOf(records: readonly TrainingRecord[]): Int32Array {
  const sorted = [...records.keys()].sort((a, b) => Number(records[a]?.label) - Number(records[b]?.label) || a - b);
  const strata = new Int32Array(records.length);
  for (const [position, row] of sorted.entries()) strata[row] = Math.floor((position * TENTHS) / records.length);
  return strata;
}

/** The given rows, in the given order. */
export function takeTargets({ outputs, data, strata }: Targets, rows: ArrayLike<number>): Targets {
  const chosen = new Float32Array(rows.length * outputs);
  const chosenStrata = new Int32Array(rows.length);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0;
    chosen.set(data.subarray(row * outputs, (row + 1) * outputs), index * outputs);
    chosenStrata[index] = strata[row] ?? 0;
  }
  return { rows: rows.length, outputs, data: chosen, strata: chosenStrata };
}
