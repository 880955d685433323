import type { Task } from '../../contract/levi.ts';
import { LIMITS } from '../../contract/limits.ts';
import type { LabelColumn } from './columns.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import { labelKey } from './training-record.ts';
import type { Label } from './training-record.ts';

/** What a file says of one target. */
export interface TargetSummary {
  readonly name: string;
  readonly task: Task;
  /** Rows per label, in the order of first appearance; empty for regression. */
  readonly labels: Readonly<Record<string, number>>;
  /** The line each label was first seen on. */
  readonly firstLines: Readonly<Record<string, number>>;
  /** Of numbers (regression, ordinal); null for names. */
  readonly values: { readonly min: number; readonly max: number; readonly mean: number } | null;
}

export interface TargetCounter {
  readonly add: (label: Label, line: number) => void;
  /** Throws `invalid_training_file` for a training file that nothing can be learned from. */
  readonly assertLearnable: () => void;
  readonly summary: () => TargetSummary;
}

/** Counts the answers of one target as a file is read. Throws `invalid_training_file` for too many and for lists beside single names. */
export function createTargetCounter({ name, column, task }: LabelColumn, file: string): TargetCounter {
  const counts = new Map<string, number>();
  const firstLines = new Map<string, number>();
  const numbers = { rows: 0, min: Infinity, max: -Infinity, sum: 0 };
  let told = task;
  const count = (key: string, line: number): void => {
    if (!counts.has(key)) firstLines.set(key, line);
    counts.set(key, (counts.get(key) ?? 0) + 1);
    const limit = told === 'ordinal' ? LIMITS.levels : LIMITS.labels;
    if (counts.size > limit) throw tooMany({ file, line, field: column }, limit, told ?? 'single_label');
  };
  return {
    add: (label, line) => {
      told ??= taskOf(label);
      if (task === undefined && told !== taskOf(label)) throw mixedLabels({ file, line, field: column });
      if (typeof label === 'number') {
        numbers.rows += 1;
        numbers.min = Math.min(numbers.min, label);
        numbers.max = Math.max(numbers.max, label);
        numbers.sum += label;
      }
      if (told === 'regression') return;
      for (const key of typeof label === 'object' ? label : [labelKey(label)]) count(key, line);
    },
    assertLearnable: () =>
      ASSERTIONS[told ?? 'single_label']({ place: { file, field: column }, counts, spread: numbers.max - numbers.min }),
    summary: () => ({
      name,
      task: told ?? 'single_label',
      labels: Object.fromEntries(counts),
      firstLines: Object.fromEntries(firstLines),
      values: numbers.rows === 0 ? null : { min: numbers.min, max: numbers.max, mean: numbers.sum / numbers.rows },
    }),
  };
}

/** What an answer is when the request does not say. */
export const taskOf = (label: Label): Task => (typeof label === 'object' ? 'multi_label' : 'single_label');

interface Learned {
  readonly place: FilePlace;
  readonly counts: ReadonlyMap<string, number>;
  /** Largest minus smallest number. */
  readonly spread: number;
}

const ASSERTIONS = {
  single_label: ({ place, counts }) => {
    const [only, ...others] = counts.keys();
    if (others.length === 0) {
      throw trainingFileError(
        place,
        `every row has the label "${only ?? ''}"; a classifier needs examples of at least two.`,
      );
    }
    if ([...counts.values()].filter((count) => count >= 2).length < 2) {
      throw trainingFileError(
        place,
        'fewer than two labels occur more than once. Is the text in the label field? Give at least two examples each of two labels; numbers to be estimated are "levi": {"task": "regression"}.',
      );
    }
  },
  multi_label: ({ place, counts }) => {
    if ([...counts.values()].some((count) => count >= 2)) return;
    throw trainingFileError(
      place,
      'no label occurs more than once. Give at least two examples of one, and of its absence.',
    );
  },
  regression: assertSpread,
  ordinal: assertSpread,
} as const satisfies Record<Task, (learned: Learned) => void>;

function assertSpread({ place, spread }: Learned): void {
  if (spread > 0) return;
  throw trainingFileError(place, 'every row has the same number; there is nothing to learn from that.');
}

function mixedLabels(place: FilePlace): Error {
  return trainingFileError(
    place,
    'is a list of labels where other rows have one label, or the other way round. Write lists everywhere (["a"], []), or say "levi": {"task": "multi_label"}.',
  );
}

function tooMany(place: FilePlace, limit: number, task: Task): Error {
  const remedy =
    task === 'ordinal'
      ? 'Use "levi": {"task": "regression"} for numbers that are no ratings.'
      : 'Merge rare labels, or check that the label field is not free text; numbers to be estimated are "levi": {"task": "regression"}.';
  return trainingFileError(
    place,
    `this is the ${limit + 1}th different label; at most ${limit.toLocaleString('en')} are allowed. ${remedy}`,
  );
}
