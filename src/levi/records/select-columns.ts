import { columnsRemedy, wantedColumns } from './columns.ts';
import type { ColumnNames } from './columns.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';

/** Read where they are there, whoever asked: the fields of a row, and its image where nothing is its text. */
const FIELDS = 'fields';

/**
 * Of a table's columns those that a record is made of. Throws `invalid_training_file` for one that is asked for and not there, and for one
 * that is there twice.
 */
export function selectColumns(names: readonly string[], columns: ColumnNames, place: FilePlace): readonly string[] {
  const required = requiredColumns(names, columns, place);
  const absent = required.find((name) => !names.includes(name));
  if (absent !== undefined)
    throw trainingFileError({ ...place, field: absent }, `there is no such column. ${columnsRemedy(names)}`);
  const optional = [FIELDS, columns.image, ...optionalExtras(columns)].filter((name) => names.includes(name));
  const selected = columns.areAllFields ? names : [...new Set([...required, ...optional])];
  const twin = selected.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twin !== undefined)
    throw trainingFileError({ ...place, field: twin }, 'is there twice. Rename one of the two columns.');
  return selected;
}

/** Text is not asked for where an image or fields take its place; group, weight and id only of the training file. */
function requiredColumns(names: readonly string[], columns: ColumnNames, { file }: FilePlace): readonly string[] {
  const isWithoutText =
    !columns.isTextNamed && !names.some((name) => columns.text.includes(name)) && hasOtherThanText(names, columns);
  const left = new Set([
    ...(isWithoutText ? columns.text : []),
    ...(file === 'training_file' ? [] : optionalExtras(columns)),
  ]);
  return wantedColumns(columns).filter((name) => !left.has(name));
}

const hasOtherThanText = (names: readonly string[], { image, fields, areAllFields }: ColumnNames): boolean =>
  names.includes(image) || names.includes(FIELDS) || areAllFields || Object.keys(fields).length > 0;

const optionalExtras = ({ group, weight, id }: ColumnNames): readonly string[] =>
  [group, weight, id].filter((name) => name !== undefined);
