import type { FieldType } from '../../contract/levi.ts';
import { readDate, readName, readNumber, valueOf } from './field-values.ts';
import type { FieldValues } from './field-values.ts';
import { MAX_EMBEDDINGS, MAX_FIELDS, MAX_VALUES } from './fields-schema.ts';
import type { DateField, FieldSchema, FieldsSchema } from './fields-schema.ts';
import { inferFieldType } from './infer-field-type.ts';
import { summariseField } from './summarise-field.ts';

export type FieldTypes = Readonly<Record<string, FieldType>>;

/** The type of every field: the one given, or the one that its values in all of these rows suggest. */
export function inferFieldTypes(rows: readonly (FieldValues | undefined)[], given: FieldTypes = {}): FieldTypes {
  return Object.fromEntries(
    fieldNames(rows, given).map((name) => [name, typeOf(given, name) ?? inferType(name, columnOf(rows, name))]),
  );
}

/**
 * How the task model reads the fields of rows like these, of these types. One without two different values is left out (missing
 * counts as one), as nothing can be learned from it. Empty without fields.
 */
export function learnFieldsSchema(rows: readonly (FieldValues | undefined)[], types: FieldTypes): FieldsSchema {
  const columns = Object.entries(types).map(([name, type]) => ({ name, type, values: columnOf(rows, name) }));
  const named = columns.filter(({ type }) => type === 'categorical' || type === 'id').length;
  const limit = Math.min(MAX_VALUES, Math.floor(MAX_EMBEDDINGS / Math.max(1, named)));
  return columns.flatMap((column) => learnField(column, limit) ?? []);
}

function columnOf(rows: readonly (FieldValues | undefined)[], name: string): readonly unknown[] {
  return rows.map((row) => valueOf(row, name));
}

/** Declared ones first, then in the order they are met. */
function fieldNames(rows: readonly (FieldValues | undefined)[], types: FieldTypes): readonly string[] {
  const names = new Set(Object.keys(types));
  for (const row of rows) {
    if (names.size >= MAX_FIELDS) break;
    for (const name of Object.keys(row ?? {})) names.add(name);
  }
  return [...names].slice(0, MAX_FIELDS);
}

function typeOf(types: FieldTypes, name: string): FieldType | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

function inferType(name: string, values: readonly unknown[]): FieldType {
  const summariser = summariseField(name);
  for (const value of values) summariser.add(value);
  return inferFieldType(summariser.summary());
}

interface Column {
  readonly name: string;
  readonly type: FieldType;
  /** A value per row. */
  readonly values: readonly unknown[];
}

function learnField({ name, type, values }: Column, limit: number): FieldSchema | undefined {
  switch (type) {
    case 'categorical':
    case 'id':
      return learnNames({ name, type, values }, limit);
    case 'number':
      return learnNumber(name, values);
    case 'date':
      return learnDate(name, values);
    default:
      return type satisfies never;
  }
}

function learnNames(
  { name, type, values }: Column & { readonly type: 'categorical' | 'id' },
  limit: number,
): FieldSchema | undefined {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const value of values) {
    const read = readName(value, type);
    if (read === undefined) missing += 1;
    else counts.set(read, (counts.get(read) ?? 0) + 1);
  }
  if (counts.size + Math.min(missing, 1) < 2 || counts.size === 0) return undefined;
  const byCount = [...counts].sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1));
  return { type, name, values: byCount.slice(0, limit).map(([value]) => value), has_missing: missing > 0 };
}

function learnNumber(name: string, values: readonly unknown[]): FieldSchema | undefined {
  const numbers = values.flatMap((value) => readNumber(value) ?? []);
  const hasMissing = numbers.length < values.length;
  if (!canTell(numbers, hasMissing)) return undefined;
  return { type: 'number', name, ...measureSpread(numbers), has_missing: hasMissing };
}

function learnDate(name: string, values: readonly unknown[]): DateField | undefined {
  const dates = values.flatMap((value) => readDate(value) ?? []);
  const hasMissing = dates.length < values.length;
  const hasTime = dates.some(({ hour }) => hour !== null);
  const days = dates.map(({ day }) => day);
  if (!canTell(days, hasMissing) && !(hasTime && days.length > 0)) return undefined;
  return { type: 'date', name, ...measureSpread(days), has_time: hasTime, has_missing: hasMissing };
}

const canTell = (numbers: readonly number[], hasMissing: boolean): boolean =>
  numbers.length > 0 && (hasMissing || numbers.some((number) => number !== numbers[0]));

// One cell of 1e12 among ages would leave all of them at the mean, so the outermost values count as the percentile they lie beyond.
const TAIL = 0.01;

function measureSpread(numbers: readonly number[]): { readonly mean: number; readonly deviation: number } {
  const sorted = Float64Array.from(numbers).sort();
  const quantile = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [quantile(TAIL), quantile(1 - TAIL)];
  const kept = sorted.map((number) => Math.min(high, Math.max(low, number)));
  const mean = kept.reduce((sum, number) => sum + number / kept.length, 0);
  const deviation = Math.sqrt(kept.reduce((sum, number) => sum + (number - mean) ** 2 / kept.length, 0));
  return { mean, deviation: deviation > Math.abs(mean) * 1e-12 ? deviation : 1 };
}
