import { LIMITS } from '../../contract/limits.ts';
import type { ColumnNames } from './columns.ts';
import { columnsRemedy } from './columns.ts';
import { readExtras } from './read-extras.ts';
import { readFields } from './read-fields.ts';
import { cellOf } from './row.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { TrainingRecord } from './training-record.ts';

/** One row of any format as a record. Throws `invalid_training_file` naming the line and the column. */
export function readRow(row: Row, columns: ColumnNames, place: FilePlace): TrainingRecord {
  const text = readTexts(row, columns, place);
  const label = readLabel(cellOf(row, columns.label), { ...place, field: columns.label }, row);
  const fields = readFields(row, columns, place);
  const extras = readExtras(row, columns, place, text !== '');
  return { text, label, ...(fields === undefined ? {} : { fields }), ...extras };
}

/**
 * Several columns become one text: `subject: …`, `body: …`, a line each; an empty one is left out. A row with an image or fields needs none
 * unless the request named its column.
 */
function readTexts(row: Row, columns: ColumnNames, place: FilePlace): string {
  if (isWithoutText(row, columns)) return '';
  const { text: names } = columns;
  const [only = 'text', ...others] = names;
  if (others.length === 0) return readText(cellOf(row, only), { ...place, field: only }, row);
  const present = names.filter((name) => isPresent(cellOf(row, name)));
  if (present.length === 0)
    throw trainingFileError(
      { ...place, field: names.join(', ') },
      'are all empty. Remove the row or give it one of them.',
    );
  const lines = present.map((name) => `${name}: ${readText(cellOf(row, name), { ...place, field: name }, row)}`);
  return lines.join('\n');
}

function isWithoutText(row: Row, columns: ColumnNames): boolean {
  const { text, isTextNamed, image, isImageNamed, fields, areAllFields } = columns;
  if (isTextNamed || text.some((name) => isPresent(cellOf(row, name)))) return false;
  const hasFields = areAllFields || Object.keys(fields).length > 0 || isPresent(cellOf(row, 'fields'));
  return hasFields || isImageNamed || isPresent(cellOf(row, image));
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

export function readText(value: unknown, place: FilePlace, row: Row = {}): string {
  if (value === undefined || value === null) throw missing(place, 'a text', row);
  if (typeof value !== 'string') throw trainingFileError(place, `must be a string, found ${describe(value)}.`);
  if (value.trim() === '') throw trainingFileError(place, 'is empty. Remove the row or give it a text.');
  if (value.length > LIMITS.trainingLineBytes)
    throw trainingFileError(
      place,
      'is longer than 1 MB. Shorten it; the backbone reads only its first few hundred tokens.',
    );
  return value.toWellFormed();
}

export function readLabel(value: unknown, place: FilePlace, row: Row = {}): string {
  if (value === undefined || value === null) throw missing(place, 'a label', row);
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw trainingFileError(
      place,
      `must be a string, a number or true/false, found ${describe(value)}. One label per line; several labels are not supported yet.`,
    );
  }
  const label = String(value).trim().toWellFormed();
  if (label === '') throw trainingFileError(place, 'is empty. Remove the row or give it a label.');
  if (label.length > LIMITS.labelChars)
    throw trainingFileError(
      place,
      `is longer than ${LIMITS.labelChars} characters. Labels are short names; is the text in the wrong field?`,
    );
  return label;
}

const EXAMPLE = '{"text": "My invoice is wrong", "label": "billing"}';

function missing(place: FilePlace, what: string, row: Row): Error {
  const names = Object.keys(row);
  const remedy = names.length === 0 ? '' : ` ${columnsRemedy(names)}`;
  return trainingFileError(place, `is missing. Every row needs ${what}, as in ${EXAMPLE}.${remedy}`);
}

const describe = (value: unknown): string => (Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`);
