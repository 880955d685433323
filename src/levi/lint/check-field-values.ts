import type { FieldType } from '../../contract/levi.ts';
import type { LintFinding } from '../../contract/lint.ts';
import { MAX_FIELDS } from '../fields/fields-schema.ts';
import { inferFieldType } from '../fields/infer-field-type.ts';
import { isIsoDate, isMissing, numberIn, summariseField } from '../fields/summarise-field.ts';
import type { FieldSummariser } from '../fields/summarise-field.ts';
import type { LintCheck, LintRow } from './lint-row.ts';
import { formatRows, newTally, noteRow, shorten } from './tally.ts';
import type { Tally } from './tally.ts';

/** `23.11.2026`, `11/23/26`, `23-Nov-2026`, with or without a time: not ISO, and not to be told apart. */
const OTHER_DATE = /^\d{1,2}([./-])(?:\d{1,2}|[a-z]{3,9})\1\d{2,4}(?:[ T].*)?$|^[a-z]{3,9}\.? \d{1,2},? \d{4}$/iu;
const FLOAT_ID = /^\d+\.0$/u;

interface TrainingField {
  readonly summariser: FieldSummariser;
  readonly otherDates: Tally;
  readonly floats: Tally;
  /** Values that are no number; of a column of text alone, such as CSV's. */
  readonly names: Tally;
  isText: boolean;
  /** What held-out values are compared with; told when the first of them comes. */
  type: FieldType | undefined;
}

interface HeldOutFile {
  readonly present: Set<string>;
  readonly unfit: Map<string, Tally>;
  readonly unknown: Map<string, Tally>;
}

interface CheckFieldValues {
  /** Names that were asked for, whether or not a row has them. */
  readonly declared: readonly string[];
}

/**
 * Fields without a value, dates in other forms than ISO, ids as floats, numbers among which there is text; fields that only one of the files has, and values in a held-out file
 * that are of another type than the training file's. Types are those that the values suggest.
 */
export function checkFieldValues({ declared }: CheckFieldValues): LintCheck {
  const training = new Map<string, TrainingField>();
  const heldOut = new Map<string, HeldOutFile>();
  return {
    add: (row) => {
      if (row.isTraining) addTraining(training, row);
      else addHeldOut(heldOut, training, row);
    },
    findings: () => [
      ...findEmpty(declared, training),
      ...[...training].flatMap(([name, field]) => findInTraining(name, field)),
      ...[...heldOut].flatMap(([file, found]) => findInHeldOut(file, found, training)),
    ],
  };
}

const valuesOf = ({ record }: LintRow): readonly (readonly [string, unknown])[] =>
  Object.entries(record.fields ?? {}).filter(([, value]) => !isMissing(value));

function addTraining(training: Map<string, TrainingField>, row: LintRow): void {
  for (const [name, value] of valuesOf(row)) {
    const field = training.get(name) ?? (training.size < MAX_FIELDS ? newField(name) : undefined);
    if (field === undefined) continue;
    training.set(name, field);
    field.summariser.add(value);
    field.isText &&= typeof value === 'string';
    if (typeof value !== 'string') continue;
    if (numberIn(value) === undefined) noteRow(field.names, row.line);
    if (OTHER_DATE.test(value.trim())) noteRow(field.otherDates, row.line);
    if (FLOAT_ID.test(value.trim())) noteRow(field.floats, row.line);
  }
}

const newField = (name: string): TrainingField => ({
  summariser: summariseField(name),
  otherDates: newTally(),
  floats: newTally(),
  names: newTally(),
  isText: true,
  type: undefined,
});

function addHeldOut(files: Map<string, HeldOutFile>, training: Map<string, TrainingField>, row: LintRow): void {
  const file = files.get(row.file) ?? { present: new Set(), unfit: new Map(), unknown: new Map() };
  files.set(row.file, file);
  for (const [name, value] of valuesOf(row)) {
    const field = training.get(name);
    if (field === undefined) {
      if (file.unknown.size < MAX_FIELDS) noteUnder(file.unknown, name, row.line);
      continue;
    }
    file.present.add(name);
    field.type ??= inferFieldType(field.summariser.summary());
    if (!fits(value, field.type)) noteUnder(file.unfit, name, row.line);
  }
}

function noteUnder(tallies: Map<string, Tally>, name: string, line: number): void {
  const tally = tallies.get(name) ?? newTally();
  tallies.set(name, tally);
  noteRow(tally, line);
}

function fits(value: unknown, type: FieldType): boolean {
  if (type === 'number') return Number.isFinite(numberIn(value));
  return type === 'date' ? isIsoDate(value) : true;
}

const inTraining = (code: LintFinding['code'], message: string, tally: Tally = newTally()): LintFinding => ({
  code,
  severity: 'warn',
  message,
  file: 'training_file',
  ...tally,
});

function findEmpty(declared: readonly string[], training: ReadonlyMap<string, TrainingField>): readonly LintFinding[] {
  return declared
    .filter((name) => !training.has(name))
    .map((name) => {
      const message = `The field "${shorten(name)}" has no value in any row: nothing can be learned from it. Is this its name in the file?`;
      return { ...inTraining('empty_field', message), count: 1 };
    });
}

/** So many numbers are meant to be a column of them. */
const MIN_NUMBERS = 0.8;

function findInTraining(name: string, field: TrainingField): readonly LintFinding[] {
  const { otherDates, floats, names } = field;
  const summary = field.summariser.summary();
  const found: LintFinding[] = [];
  if (field.isText && names.count > 0 && summary.numbers >= MIN_NUMBERS * summary.values) {
    const message = `The field "${shorten(name)}" holds numbers, but for ${formatRows(names.count)}: told from its values it is read as names. Correct those, leave them empty, or declare its type.`;
    found.push(inTraining('mixed_field_types', message, names));
  }
  if (otherDates.count > 0 && otherDates.count + summary.dates >= summary.values / 2) {
    const message = `The field "${shorten(name)}" holds dates that are not ISO (2026-11-23) in ${formatRows(otherDates.count)}: day and month cannot be told apart, so it is read as names. Write all as ISO.`;
    found.push(inTraining('date_formats', message, otherDates));
  }
  if (floats.count > 0 && inferFieldType(summary) === 'id') {
    const message = `The field "${shorten(name)}" holds ids that were written as floats (12.0) in ${formatRows(floats.count)}; they are read without the fraction. At prediction both forms are the same.`;
    found.push({ ...inTraining('float_ids', message, floats), severity: 'info' });
  }
  return found;
}

function findInHeldOut(
  file: string,
  { present, unfit, unknown }: HeldOutFile,
  training: ReadonlyMap<string, TrainingField>,
): readonly LintFinding[] {
  const finding = (code: LintFinding['code'], message: string, tally: Tally): LintFinding => ({
    code,
    severity: 'warn',
    message,
    file,
    ...tally,
  });
  return [
    ...[...training.keys()]
      .filter((name) => !present.has(name))
      .map((name) => {
        const message = `The field "${shorten(name)}" of the training file has no value here: the task model reads it as missing in every row.`;
        return finding('field_in_one_file', message, { count: 1, rows: [] });
      }),
    ...[...unknown].map(([name, tally]) => {
      const message = `The field "${shorten(name)}" is not in the training file, so nothing is known of it; it is ignored. Is it spelt the same in both?`;
      return finding('field_in_one_file', message, tally);
    }),
    ...[...unfit].map(([name, tally]) => {
      const type = training.get(name)?.type ?? 'value';
      const message = `The field "${shorten(name)}" is a ${type} in the training file, and something else in ${formatRows(tally.count)} here: those are read as missing.`;
      return finding('field_type_differs', message, tally);
    }),
  ];
}
