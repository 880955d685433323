import type { FieldSummary } from './infer-field-type.ts';

/** About 2 MB a field; a field with more is an id or a number by then, and which one does not hang on how many. */
const MAX_DISTINCT = 20_000;

const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/iu;
const INFINITY = /^[+-]?inf(?:inity)?$/iu;
const ISO_DATE = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?$/u;

/** null, an empty cell, NaN: what nothing is known of. */
export function isMissing(value: unknown): boolean {
  if (value === undefined || value === null || Number.isNaN(value)) return true;
  return typeof value === 'string' && /^\s*(?:nan)?\s*$/iu.test(value);
}

export function isIsoDate(value: unknown): boolean {
  return typeof value === 'string' && ISO_DATE.test(value.trim()) && Number.isFinite(Date.parse(value.trim()));
}

/** @returns the number a value is or spells, infinite ones too; undefined for anything else */
export function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (INFINITY.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  return NUMBER.test(text) ? Number(text) : undefined;
}

export interface FieldSummariser {
  /** Every row's value, the missing ones too. */
  readonly add: (value: unknown) => void;
  readonly summary: () => FieldSummary;
}

/** Counts a field's values while they are read, in bounded memory. */
export function summariseField(name: string): FieldSummariser {
  const distinct = new Set<string>();
  const counts = { values: 0, missing: 0, numbers: 0, integers: 0, dates: 0 };
  let smallest = Infinity;
  let largest = -Infinity;
  const addNumber = (number: number): void => {
    counts.numbers += 1;
    if (Number.isInteger(number)) counts.integers += 1;
    if (!Number.isFinite(number)) return;
    smallest = Math.min(smallest, number);
    largest = Math.max(largest, number);
  };
  return {
    add: (value) => {
      if (isMissing(value)) {
        counts.missing += 1;
        return;
      }
      counts.values += 1;
      const number = numberIn(value);
      if (number !== undefined) addNumber(number);
      if (isIsoDate(value)) counts.dates += 1;
      if (distinct.size < MAX_DISTINCT) distinct.add(keyOf(value, number));
    },
    summary: () => ({
      name,
      ...counts,
      distinct: distinct.size,
      smallest: smallest === Infinity ? 0 : smallest,
      largest: largest === -Infinity ? 0 : largest,
    }),
  };
}

const MAX_KEY_CHARS = 128;

/** `12` and `12.0` are one value, as pandas writes a column of integers with a gap in it as floats. */
function keyOf(value: unknown, number: number | undefined): string {
  if (number !== undefined) return String(number);
  const text = typeof value === 'string' ? value.trim() : (JSON.stringify(value) ?? '');
  return text.length > MAX_KEY_CHARS ? `${text.slice(0, MAX_KEY_CHARS)} ${text.length}` : text;
}
