import { LIMITS } from '../../contract/limits.ts';
import { ONLY_TARGET, resolveColumns } from './columns.ts';
import type { FileSource } from '../sources/file-source.ts';
import { readRecords } from './read-records.ts';
import type { ReadOptions } from './read-records.ts';
import { spellingOf } from './spelling-of.ts';
import { createTargetCounter } from './target-summary.ts';
import type { TargetSummary } from './target-summary.ts';
import { trainingFileError } from './training-file-error.ts';
import type { NumberedRecord } from './training-record.ts';

export interface TrainingFileSummary {
  readonly rows: number;
  /** In the order of the request; mostly one. */
  readonly targets: readonly TargetSummary[];
}

export interface SummariseOptions extends ReadOptions {
  /** `training` asks for enough rows and labels to learn from; `held_out` (validation, shift) for one row. */
  readonly role?: 'training' | 'held_out';
  /** Sees every record as it is read, so that one pass serves all. */
  readonly onRecord?: ((numbered: NumberedRecord) => void) | undefined;
}

/**
 * Reads a whole file once, bit by bit, and says what is in it.
 * Throws `invalid_training_file` for whatever `readRecords` refuses and for a file that is empty, too long, or (as training file)
 * too small, of one label, or of too many.
 */
export async function summariseTrainingFile(
  source: ReadableStream<Uint8Array> | FileSource,
  { file = 'training_file', role = 'training', onRecord, ...options }: SummariseOptions = {},
): Promise<TrainingFileSummary> {
  const counters = resolveColumns(options.reading).labels.map((label) => ({
    name: label.name,
    counter: createTargetCounter(label, file),
  }));
  let rows = 0;
  for await (const numbered of readRecords(source, { file, ...options })) {
    const { line, record } = numbered;
    rows += 1;
    if (rows > LIMITS.trainingRows)
      throw trainingFileError(
        { file, line },
        `the file has more than ${LIMITS.trainingRows.toLocaleString('en')} rows. Train on a sample of it.`,
      );
    for (const { name, counter } of counters) counter.add(record.labels?.[name] ?? record.label, line);
    onRecord?.(numbered);
  }
  if (rows === 0)
    throw trainingFileError(
      { file },
      'the file holds no records. Upload JSONL with one {"text", "label"} object per line, or CSV with such columns.',
    );
  if (role === 'training') {
    assertEnough(file, rows);
    for (const { counter } of counters) counter.assertLearnable();
  }
  return { rows, targets: counters.map(({ counter }) => counter.summary()) };
}

/**
 * Throws `invalid_training_file` when a validation or shift file holds a label that the training file does not:
 * no model trained here could ever answer it. Numbers may be others.
 */
export function assertLabelsKnown(summary: TrainingFileSummary, training: TrainingFileSummary, file: string): void {
  for (const [index, target] of summary.targets.entries()) {
    const known = training.targets[index];
    if (known !== undefined && target.values === null) assertKnown(target, known, file);
  }
}

function assertKnown({ name, task, firstLines }: TargetSummary, known: TargetSummary, file: string): void {
  const field = name === ONLY_TARGET ? 'label' : name;
  if (task !== known.task)
    throw trainingFileError(
      { file, field },
      'holds lists of labels where the training file has single ones, or the other way round. Write them in one way.',
    );
  for (const [label, line] of Object.entries(firstLines)) {
    if (Object.hasOwn(known.labels, label)) continue;
    const similar = Object.keys(known.labels).find((each) => spellingOf(each) === spellingOf(label));
    const remedy =
      similar === undefined ? 'Correct the spelling' : `It holds "${similar}": use one spelling in all files`;
    throw trainingFileError(
      { file, line, field },
      `"${label}" does not occur in the training file. ${remedy}, or add examples of it to the training file.`,
    );
  }
}

function assertEnough(file: string, rows: number): void {
  if (rows >= LIMITS.minTrainingRows) return;
  throw trainingFileError(
    { file },
    `has ${rows} rows; at least ${LIMITS.minTrainingRows} are needed, and some dozens per class to learn anything.`,
  );
}
