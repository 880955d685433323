import { LIMITS } from '../../contract/limits.ts';
import type { ColumnNames } from './columns.ts';
import { columnsRemedy } from './columns.ts';
import { readField } from './read-field.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { TrainingRecord } from './training-record.ts';

export type Row = Readonly<Record<string, unknown>>;

/** One row of any format as a record. Throws `invalid_training_file` naming the line and the column. */
export function readRow(row: Row, columns: ColumnNames, place: FilePlace): TrainingRecord {
  const text = readTexts(row, columns, place);
  const label = readLabel(valueOf(row, columns.label), { ...place, field: columns.label }, row);
  const fields = readFields(row, columns, place);
  return fields === undefined ? { text, label } : { text, label, fields };
}

// A key such as "constructor" must not be found on the prototype.
const valueOf = (row: Row, name: string): unknown => (Object.hasOwn(row, name) ? row[name] : undefined);

/** Several columns become one text: `subject: …`, `body: …`, a line each; an empty one is left out. */
function readTexts(row: Row, { text: names }: ColumnNames, place: FilePlace): string {
  const [only = 'text', ...others] = names;
  if (others.length === 0) return readText(valueOf(row, only), { ...place, field: only }, row);
  const present = names.filter((name) => {
    const value = valueOf(row, name);
    return value !== undefined && value !== null && value !== '';
  });
  if (present.length === 0)
    throw trainingFileError(
      { ...place, field: names.join(', ') },
      'are all empty. Remove the row or give it one of them.',
    );
  const lines = present.map((name) => `${name}: ${readText(valueOf(row, name), { ...place, field: name }, row)}`);
  return lines.join('\n');
}

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

/** The fields the request named, at the row's top or in its `fields`; all of `fields` where it named none. */
function readFields(row: Row, { fields: types }: ColumnNames, place: FilePlace): TrainingRecord['fields'] {
  const nested = readNestedFields(valueOf(row, 'fields'), { ...place, field: 'fields' });
  const named = Object.entries(types);
  if (named.length === 0) return nested;
  const read = named.flatMap(([name, type]) => {
    const value = valueOf(row, name) ?? (nested && valueOf(nested, name));
    const field = readField(value, type, { ...place, field: name });
    return field === undefined ? [] : [[name, field] as const];
  });
  return Object.fromEntries(read);
}

function readNestedFields(fields: unknown, place: FilePlace): Row | undefined {
  if (fields === undefined || fields === null) return undefined;
  if (isRow(fields)) return fields;
  throw trainingFileError(place, 'must be an object such as {"plan": "pro"}; leave it out if there is none.');
}

export function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const describe = (value: unknown): string => (Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`);
