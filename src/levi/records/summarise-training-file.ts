import { LIMITS } from '../../contract/limits.ts';
import { parseTrainingRecords } from './parse-training-records.ts';
import type { ParseOptions } from './parse-training-records.ts';
import { trainingFileError } from './training-file-error.ts';

export interface TrainingFileSummary {
  readonly rows: number;
  /** Rows per label, in the order of first appearance. */
  readonly labels: Readonly<Record<string, number>>;
  /** The line each label was first seen on. */
  readonly firstLines: Readonly<Record<string, number>>;
  /** Readable remarks that stop nothing. */
  readonly warnings: readonly string[];
}

export interface SummariseOptions extends ParseOptions {
  /** `training` asks for enough rows and classes to learn from; `held_out` (validation, shift) for one row. */
  readonly role?: 'training' | 'held_out';
}

/**
 * Reads a whole file once, as a stream, and says what is in it.
 * Throws `invalid_training_file` for whatever `parseTrainingRecords` refuses and for a file that is empty, too long, or (as training file)
 * too small, of one class, or of too many classes.
 */
export async function summariseTrainingFile(
  stream: ReadableStream<Uint8Array>,
  { file = 'training_file', role = 'training' }: SummariseOptions = {},
): Promise<TrainingFileSummary> {
  const counts = new Map<string, number>();
  const firstLines = new Map<string, number>();
  let rows = 0;
  for await (const { line, record } of parseTrainingRecords(stream, { file })) {
    rows += 1;
    if (rows > LIMITS.trainingRows)
      throw trainingFileError(
        { file, line },
        `the file has more than ${LIMITS.trainingRows.toLocaleString('en')} rows. Train on a sample of it.`,
      );
    if (!counts.has(record.label)) firstLines.set(record.label, line);
    counts.set(record.label, (counts.get(record.label) ?? 0) + 1);
    if (counts.size > LIMITS.classes) throw tooManyClasses(file, line);
  }
  if (rows === 0)
    throw trainingFileError(
      { file },
      'the file holds no records. Upload JSONL with one {"text", "label"} object per line.',
    );
  if (role === 'training') assertLearnable(file, rows, counts);
  return {
    rows,
    labels: Object.fromEntries(counts),
    firstLines: Object.fromEntries(firstLines),
    warnings: remarksOn(counts, role),
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
    throw trainingFileError(
      { file, line, field: 'label' },
      `"${label}" does not occur in the training file. Correct the spelling, or add examples of it to the training file.`,
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

function remarksOn(counts: ReadonlyMap<string, number>, role: 'training' | 'held_out'): readonly string[] {
  if (role === 'held_out') return [];
  const single = [...counts].filter(([, count]) => count === 1).map(([label]) => `"${label}"`);
  if (single.length === 0) return [];
  const shown = single.slice(0, 5).join(', ') + (single.length > 5 ? ` and ${single.length - 5} more` : '');
  return [`One example only of ${shown}: it is kept for training, and accuracy on such labels cannot be measured.`];
}
