import type { ColumnNames } from './columns.ts';
import { namedExtras } from './extra-columns.ts';
import { readField } from './read-field.ts';
import { cellOf, isRow } from './row.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { TrainingRecord } from './training-record.ts';

/**
 * The fields the request named, at the row's top or in its `fields`; all of `fields` where it named none; every other column where it
 * asked for all, but for lists and objects.
 */
export function readFields(row: Row, columns: ColumnNames, place: FilePlace): TrainingRecord['fields'] {
  const nested = readNestedFields(cellOf(row, 'fields'), { ...place, field: 'fields' });
  const { fields: types, areAllFields } = columns;
  if (areAllFields) return { ...onlyValues(otherCells(row, columns)), ...onlyValues(nested ?? {}) };
  const named = Object.entries(types);
  if (named.length === 0) return nested;
  const read = named.flatMap(([name, type]) => {
    const value = cellOf(row, name) ?? (nested && cellOf(nested, name));
    const field = readField(value, type, { ...place, field: name });
    return field === undefined ? [] : [[name, field] as const];
  });
  return Object.fromEntries(read);
}

function otherCells(row: Row, columns: ColumnNames): Row {
  const used = new Set([
    ...columns.text,
    ...columns.labels.map(({ column }) => column),
    columns.image,
    'fields',
    ...namedExtras(columns),
  ]);
  return Object.fromEntries(Object.entries(row).filter(([name]) => !used.has(name)));
}

function onlyValues(row: Row): Row {
  const isValue = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => {
      const field = isValue(value) ? readField(value, 'auto', { file: '', field: name }) : undefined;
      return field === undefined ? [] : [[name, field] as const];
    }),
  );
}

function readNestedFields(fields: unknown, place: FilePlace): Row | undefined {
  if (fields === undefined || fields === null) return undefined;
  if (isRow(fields)) return fields;
  throw trainingFileError(place, 'must be an object such as {"plan": "pro"}; leave it out if there is none.');
}
