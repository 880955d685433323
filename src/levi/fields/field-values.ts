import { DAY_MS } from '../../contract/durations.ts';
import type { FieldType } from '../../contract/levi.ts';

/** What is known of a row beside its text, as it came: nothing in it has been checked. */
export type FieldValues = Readonly<Record<string, unknown>>;

// Longer names are cut, so that a stray text in a column of categories does not swell the schema.
export const MAX_VALUE_CHARS = 256;

/** A key such as "constructor" must not be found on the prototype. */
export function valueOf(values: FieldValues | undefined, name: string): unknown {
  return values !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}

/** Undefined where it is missing or no single value. Ids lose a trailing `.0`: pandas writes a column with a gap in it as floats. */
export function readName(value: unknown, type: Extract<FieldType, 'categorical' | 'id'>): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'boolean' && !isNumber(value)) return undefined;
  const name = String(value).trim().toWellFormed().slice(0, MAX_VALUE_CHARS);
  if (name === '') return undefined;
  return type === 'id' ? name.replace(/^(\d+)\.0$/u, '$1') : name;
}

/** Undefined where it is missing, infinite or no number. */
export function readNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && value.trim() === '') return undefined;
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

export interface DateValue {
  /** Whole days since 1970-01-01. */
  readonly day: number;
  /** Of the day, 0 to 24; null for a date without a time. */
  readonly hour: number | null;
}

const ISO_DATE = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2}).*)?$/u;

/**
 * A date such as 2026-11-23, with or without a time; undefined where it is none. Day and hour are those that are written, whatever
 * the zone behind them: habits follow the clock on the wall, and the machine's zone must not change an answer.
 */
export function readDate(value: unknown): DateValue | undefined {
  const [, date, hour, minute] = (typeof value === 'string' && ISO_DATE.exec(value.trim())) || [];
  const day = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`) / DAY_MS;
  if (!Number.isFinite(day)) return undefined;
  return { day, hour: hour === undefined ? null : Number(hour) + Number(minute) / 60 };
}

const isNumber = (value: unknown): boolean => typeof value === 'number' && Number.isFinite(value);
