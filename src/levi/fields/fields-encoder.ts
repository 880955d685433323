import { readDate, readName, readNumber, valueOf } from './field-values.ts';
import type { FieldValues } from './field-values.ts';
import { isNamed } from './fields-schema.ts';
import type { DateField, FieldSchema, FieldsSchema, NamedField } from './fields-schema.ts';

/** Rows of every embedding table that are no value's. */
export const UNKNOWN = 0;
export const MISSING = 1;
export const SPECIAL_ROWS = 2;

export interface EncodedFields {
  readonly rows: number;
  /** Per categorical or id field, in the schema's order: which row of its table each row reads. */
  readonly ids: readonly Int32Array[];
  /** Numbers and dates, standardised: `[rows, columns]`. */
  readonly numbers: Float32Array;
  readonly columns: number;
}

export type FieldsEncoder = (rows: readonly (FieldValues | undefined)[]) => EncodedFields;

/**
 * Reads rows by a schema. Values it does not know and values that are missing are ordinary input; what is not of the field's type (a text
 * where a number is expected, a list) is missing, and so is a field that is not there. A field of no schema is ignored.
 */
export function createFieldsEncoder(schema: FieldsSchema): FieldsEncoder {
  const lookups = schema.filter(isNamed).map((field) => ({ field, rowOf: rowsOfValues(field) }));
  const writers = schema.flatMap((field) => numberWriter(field) ?? []);
  const columns = numberColumns(schema);
  return (rows) => {
    const numbers = new Float32Array(rows.length * columns);
    for (const [row, values] of rows.entries()) {
      let at = row * columns;
      for (const { name, width, write } of writers) {
        write(valueOf(values, name), numbers.subarray(at, at + width));
        at += width;
      }
    }
    const ids = lookups.map(({ field, rowOf }) =>
      Int32Array.from(rows, (values) => tableRow(field, rowOf, valueOf(values, field.name))),
    );
    return { rows: rows.length, ids, numbers, columns };
  };
}

function rowsOfValues({ values }: NamedField): ReadonlyMap<string, number> {
  return new Map(values.map((value, index) => [value, index + SPECIAL_ROWS]));
}

function tableRow({ type, has_missing }: NamedField, rowOf: ReadonlyMap<string, number>, value: unknown): number {
  const name = readName(value, type);
  if (name === undefined) return has_missing ? MISSING : UNKNOWN;
  return rowOf.get(name) ?? UNKNOWN;
}

/** Columns of `EncodedFields.numbers`. */
export function numberColumns(schema: FieldsSchema): number {
  return schema.reduce((total, field) => total + (numberWriter(field)?.width ?? 0), 0);
}

interface NumberWriter {
  readonly name: string;
  readonly width: number;
  /** Into zeros. */
  readonly write: (value: unknown, into: Float32Array) => void;
}

function numberWriter(field: FieldSchema): NumberWriter | undefined {
  switch (field.type) {
    case 'number':
      return withMissing(field, 1, (value, into) => {
        const number = readNumber(value);
        if (number !== undefined) into[0] = standardise(number, field);
        return number !== undefined;
      });
    case 'date':
      return withMissing(field, field.has_time ? 7 : 5, (value, into) => writeDate(field, value, into));
    case 'categorical':
    case 'id':
      return undefined;
    default:
      return field satisfies never;
  }
}

/** One column more where values were missing in training: 1 where this one is. */
function withMissing(
  { name, has_missing }: FieldSchema,
  width: number,
  write: (value: unknown, into: Float32Array) => boolean,
): NumberWriter {
  if (!has_missing) return { name, width, write };
  const writeMarked: NumberWriter['write'] = (value, into) => {
    if (!write(value, into)) into[width] = 1;
  };
  return { name, width: width + 1, write: writeMarked };
}

// Far beyond what was learned from, an answer must not grow with the number.
const MAX_DEVIATIONS = 5;

function standardise(
  number: number,
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
): number {
  return Math.min(MAX_DEVIATIONS, Math.max(-MAX_DEVIATIONS, (number - mean) / deviation));
}

const DAYS_PER_YEAR = 365.2425;
const DAYS_PER_WEEK = 7;
const HOURS_PER_DAY = 24;

/** The trend, and where in the year, the week and the day: each cycle as a point on a circle, so that its end meets its beginning. */
function writeDate(field: DateField, value: unknown, into: Float32Array): boolean {
  const date = readDate(value);
  if (date === undefined) return false;
  into[0] = standardise(date.day, field);
  writeCycle(date.day / DAYS_PER_YEAR, into.subarray(1, 3));
  writeCycle(date.day / DAYS_PER_WEEK, into.subarray(3, 5));
  if (field.has_time && date.hour !== null) writeCycle(date.hour / HOURS_PER_DAY, into.subarray(5, 7));
  return true;
}

function writeCycle(turns: number, into: Float32Array): void {
  into[0] = Math.sin(2 * Math.PI * turns);
  into[1] = Math.cos(2 * Math.PI * turns);
}

/** Of each row, the share of its categories and ids that were learned from; 1 where the schema has none. */
export function fieldCoverage({ rows, ids }: EncodedFields): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    if (ids.length === 0) return 1;
    return ids.reduce((known, column) => known + Number(column[row] !== UNKNOWN), 0) / ids.length;
  });
}
