import { LIMITS } from '../../contract/limits.ts';
import type { ColumnNames, LabelColumn } from './columns.ts';
import { missingCell } from './missing-cell.ts';
import { readExtras } from './read-extras.ts';
import { readFields } from './read-fields.ts';
import { readLabel } from './read-label.ts';
import { cellOf } from './row.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { Label, TrainingRecord } from './training-record.ts';

/** One row of any format as a record. Throws `invalid_training_file` naming the line and the column. */
export function readRow(row: Row, columns: ColumnNames, place: FilePlace): TrainingRecord {
  const text = readTexts(row, columns, place);
  const labels = readLabels(row, columns, place);
  const fields = readFields(row, columns, place);
  const extras = readExtras(row, columns, place, text !== '');
  return { text, ...labels, ...(fields === undefined ? {} : { fields }), ...extras };
}

/** The label of every target. */
export function readLabels(
  row: Row,
  { labels }: Pick<ColumnNames, 'labels'>,
  place: FilePlace,
): Pick<TrainingRecord, 'label' | 'labels'> {
  const read = ({ column, task }: LabelColumn): Label =>
    readLabel(cellOf(row, column), task, { ...place, field: column }, row);
  const [first, ...others] = labels;
  const label = read(first);
  if (others.length === 0) return { label };
  return { label, labels: Object.fromEntries([[first.name, label], ...others.map((each) => [each.name, read(each)])]) };
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
  if (value === undefined || value === null) throw missingCell(place, 'a text', row);
  if (typeof value !== 'string') throw trainingFileError(place, `must be a string, found ${describe(value)}.`);
  if (value.trim() === '') throw trainingFileError(place, 'is empty. Remove the row or give it a text.');
  if (value.length > LIMITS.trainingLineBytes)
    throw trainingFileError(
      place,
      'is longer than 1 MB. Shorten it; the backbone reads only its first few hundred tokens.',
    );
  return value.toWellFormed();
}

const describe = (value: unknown): string => (Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`);
