import { LIMITS } from '../../contract/limits.ts';
import type { FileSource } from './file-source.ts';
import { readRecords } from './read-records.ts';
import type { ReadOptions } from './read-records.ts';
import { spellingOf } from './spelling-of.ts';
import { trainingFileError } from './training-file-error.ts';
import type { NumberedRecord } from './training-record.ts';

export interface TrainingFileSummary {
  readonly rows: number;
  /** Rows per label, in the order of first appearance. */
  readonly labels: Readonly<Record<string, number>>;
  /** The line each label was first seen on. */
  readonly firstLines: Readonly<Record<string, number>>;
}

export interface SummariseOptions extends ReadOptions {
  /** `training` asks for enough rows and classes to learn from; `held_out` (validation, shift) for one row. */
  readonly role?: 'training' | 'held_out';
  /** Sees every record as it is read, so that one pass serves all. */
  readonly onRecord?: ((numbered: NumberedRecord) => void) | undefined;
}

/**
 * Reads a whole file once, bit by bit, and says what is in it.
 * Throws `invalid_training_file` for whatever `readRecords` refuses and for a file that is empty, too long, or (as training file)
 * too small, of one class, or of too many classes.
 */
export async function summariseTrainingFile(
  source: ReadableStream<Uint8Array> | FileSource,
  { file = 'training_file', role = 'training', onRecord, ...reading }: SummariseOptions = {},
): Promise<TrainingFileSummary> {
  const counts = new Map<string, number>();
  const firstLines = new Map<string, number>();
  let rows = 0;
  for await (const numbered of readRecords(source, { file, ...reading })) {
    const { line, record } = numbered;
    rows += 1;
    if (rows > LIMITS.trainingRows)
      throw trainingFileError(
        { file, line },
        `the file has more than ${LIMITS.trainingRows.toLocaleString('en')} rows. Train on a sample of it.`,
      );
    if (!counts.has(record.label)) firstLines.set(record.label, line);
    counts.set(record.label, (counts.get(record.label) ?? 0) + 1);
    if (counts.size > LIMITS.classes) throw tooManyClasses(file, line);
    onRecord?.(numbered);
  }
  if (rows === 0)
    throw trainingFileError(
      { file },
      'the file holds no records. Upload JSONL with one {"text", "label"} object per line, or CSV with such columns.',
    );
  if (role === 'training') assertLearnable(file, rows, counts);
  return {
    rows,
    labels: Object.fromEntries(counts),
    firstLines: Object.fromEntries(firstLines),
  };
}

/**
 * Throws `invalid_training_file` when a validation or shift file holds a label that the training file does not:
 * no model trained here could ever answer it.
 */
export function assertLabelsKnown(
  summary: TrainingFileSummary,
  training: Pick<TrainingFileSummary, 'labels'>,
  file: string,
): void {
  for (const [label, line] of Object.entries(summary.firstLines)) {
    if (Object.hasOwn(training.labels, label)) continue;
    const similar = Object.keys(training.labels).find((known) => spellingOf(known) === spellingOf(label));
    const remedy =
      similar === undefined ? 'Correct the spelling' : `It holds "${similar}": use one spelling in all files`;
    throw trainingFileError(
      { file, line, field: 'label' },
      `"${label}" does not occur in the training file. ${remedy}, or add examples of it to the training file.`,
    );
  }
}

function assertLearnable(file: string, rows: number, counts: ReadonlyMap<string, number>): void {
  if (rows < LIMITS.minTrainingRows) {
    throw trainingFileError(
      { file },
      `has ${rows} rows; at least ${LIMITS.minTrainingRows} are needed, and some dozens per class to learn anything.`,
    );
  }
  const [only, ...others] = counts.keys();
  if (others.length === 0) {
    throw trainingFileError(
      { file, field: 'label' },
      `every row has the label "${only ?? ''}"; a classifier needs examples of at least two.`,
    );
  }
  const repeated = [...counts.values()].filter((count) => count >= 2).length;
  if (repeated < 2) {
    throw trainingFileError(
      { file, field: 'label' },
      'fewer than two labels occur more than once. Is the text in the label field? Give at least two examples each of two labels.',
    );
  }
}

function tooManyClasses(file: string, line: number): Error {
  const limit = LIMITS.classes.toLocaleString('en');
  return trainingFileError(
    { file, line, field: 'label' },
    `this is the ${LIMITS.classes + 1}th different label; at most ${limit} are allowed. Merge rare labels, or check that the label field is not free text.`,
  );
}
