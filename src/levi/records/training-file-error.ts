import { LevigateError } from '../../contract/errors.ts';

export interface FilePlace {
  /** The request field that named the file: `training_file`, `validation_file`, `levi.shift_files.0.file`. */
  readonly file: string;
  readonly line?: number | undefined;
  /** In place of the line, where a file has none. */
  readonly row?: number;
  /** The path in an archive. */
  readonly entry?: string | undefined;
  readonly field?: string;
}

/** `invalid_training_file`, naming file, line (or row) and field. `problem` says what is wrong and how to mend it. */
export function trainingFileError(place: FilePlace, problem: string, cause?: unknown): LevigateError {
  const line = place.line === undefined ? '' : `, line ${place.line}`;
  const row = place.row === undefined ? '' : `, row ${place.row}`;
  const entry = place.entry === undefined ? '' : `, entry "${place.entry}"`;
  const field = place.field === undefined ? '' : `, field "${place.field}"`;
  return new LevigateError('invalid_training_file', `${place.file}${line}${row}${entry}${field}: ${problem}`, {
    param: place.file,
    cause,
  });
}
