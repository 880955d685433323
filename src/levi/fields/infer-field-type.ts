import type { FieldType } from '../../contract/levi.ts';

/** What is known of a field's values once all were seen. A missing value is counted as such and nowhere else. */
export interface FieldSummary {
  readonly name: string;
  readonly values: number;
  readonly missing: number;
  /** Different values; counting ends at `MAX_DISTINCT`. */
  readonly distinct: number;
  /** Values that are a number or spell one, infinity included; `007` does not, as it would lose its zeros. */
  readonly numbers: number;
  /** Of the numbers, those without a fraction (`12.0` has none). */
  readonly integers: number;
  /** Of the finite numbers; 0 where there is none. */
  readonly smallest: number;
  readonly largest: number;
  /** ISO 8601: `2026-11-23`, with or without a time. */
  readonly dates: number;
}

/** A name that says it: `id`, `user_id`, `userId`, `User ID`, `uuid`. */
const ID_NAME = /(?:^|[_\s.-])(?:id|uuid|guid)$/iu;
const CAMEL_ID = /[a-z](?:Id|ID)$/u;

/** More different names than a category usually has. */
const MIN_ID_NAMES = 100;
/** Numbers up to here may be ages, days or years. */
const MIN_ID_NUMBERS = 400;

/**
 * How a field is read that nobody declared; the first rule that fits.
 * A guess: the dry run shows it, and `levi.columns.fields` overrides it.
 */
export function inferFieldType(summary: FieldSummary): FieldType {
  const { values, numbers, dates } = summary;
  if (values === 0) return 'categorical';
  if (dates === values) return 'date';
  if (isIdName(summary.name) && isIdLike(summary)) return 'id';
  if (numbers === values) return isNumbering(summary) ? 'id' : 'number';
  return summary.distinct > MIN_ID_NAMES ? 'id' : 'categorical';
}

const isIdName = (name: string): boolean => ID_NAME.test(name) || CAMEL_ID.test(name);

/** Not a measurement: whole numbers, or names. */
const isIdLike = ({ numbers, integers }: FieldSummary): boolean => integers === numbers;

/** Whole numbers that fill at least half of their range, as given out one after the other. */
function isNumbering({ values, integers, distinct, smallest, largest }: FieldSummary): boolean {
  return integers === values && smallest >= 0 && distinct > MIN_ID_NUMBERS && distinct >= (largest - smallest + 1) / 2;
}
