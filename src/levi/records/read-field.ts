import type { FieldType } from '../../contract/levi.ts';
import { isMissing } from '../fields/summarise-field.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';

type FieldValue = string | number | boolean;
/** Reads a cell that is not empty; undefined where it means a missing value. */
type FieldReader = (value: unknown, place: FilePlace) => FieldValue | undefined;

const READERS = {
  number: readNumber,
  categorical: readName,
  // pandas writes a column of ids with a gap in it as floats.
  id: (value, place) => readName(value, place).replace(/^(\d+)\.0$/u, '$1'),
  date: readDate,
  auto: readAsIs,
} as const satisfies Record<FieldType | 'auto', FieldReader>;

/** @returns undefined for a missing value: null, an empty cell, NaN in a column of numbers */
export function readField(value: unknown, type: FieldType | 'auto', place: FilePlace): FieldValue | undefined {
  if (value === undefined || value === null || (typeof value === 'string' && value.trim() === '')) return undefined;
  return READERS[type](value, place);
}

function readNumber(value: unknown, place: FilePlace): number | undefined {
  if (Number.isNaN(value) || (typeof value === 'string' && value.trim().toLowerCase() === 'nan')) return undefined;
  const isNumeric = typeof value === 'number' || typeof value === 'string';
  const number = isNumeric ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw trainingFileError(
    place,
    `must be a finite number, found ${show(value)}. Correct it, leave it empty, or declare the field "categorical".`,
  );
}

function readName(value: unknown, place: FilePlace): string {
  if (typeof value === 'string') return value.trim().toWellFormed();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw trainingFileError(place, `must be one value, found ${show(value)}. Lists and objects cannot be a field.`);
}

/** The value as it stands, of a type that is told once all were seen. */
function readAsIs(value: unknown, place: FilePlace): FieldValue | undefined {
  if (isMissing(value)) return undefined;
  return typeof value === 'number' || typeof value === 'boolean' ? value : readName(value, place);
}

const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?$/u;

function readDate(value: unknown, place: FilePlace): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (ISO_DATE.test(text) && Number.isFinite(Date.parse(text))) return text;
  throw trainingFileError(
    place,
    `must be a date such as 2026-11-23 or 2026-11-23T10:00:00Z, found ${show(value)}. Other orders of day and month cannot be told apart.`,
  );
}

function show(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
