import { columnsRemedy } from './columns.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';

const EXAMPLE = '{"text": "My invoice is wrong", "label": "billing"}';

/** `invalid_training_file` for a cell that every row needs, with the columns that are there. */
export function missingCell(place: FilePlace, what: string, row: Row): Error {
  const names = Object.keys(row);
  const remedy = names.length === 0 ? '' : ` ${columnsRemedy(names)}`;
  return trainingFileError(place, `is missing. Every row needs ${what}, as in ${EXAMPLE}.${remedy}`);
}
