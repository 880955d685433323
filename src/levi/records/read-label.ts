import type { Task } from '../../contract/levi.ts';
import { LIMITS } from '../../contract/limits.ts';
import { missingCell } from './missing-cell.ts';
import type { Row } from './row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { FilePlace } from './training-file-error.ts';
import type { Label } from './training-record.ts';

/** Reads a cell that is there. */
type LabelReader = (value: unknown, place: FilePlace) => Label;

const READERS = {
  single_label: readName,
  multi_label: readNames,
  regression: readNumber,
  ordinal: readNumber,
} as const satisfies Record<Task, LabelReader>;

/**
 * The answer of a row, in the form of its task; without one a list is read as several names, all else as one.
 * Throws `invalid_training_file` naming line and column.
 */
export function readLabel(value: unknown, task: Task | undefined, place: FilePlace, row: Row = {}): Label {
  if (value === undefined || value === null) throw missingCell(place, 'a label', row);
  const told = task ?? (Array.isArray(value) ? 'multi_label' : 'single_label');
  return READERS[told](value, place);
}

function readName(value: unknown, place: FilePlace): string {
  if (Array.isArray(value))
    throw trainingFileError(place, 'is a list of labels. Use "levi": {"task": "multi_label"}, or give one label.');
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    throw trainingFileError(
      place,
      `must be a string, a number or true/false, found ${describe(value)}. For several labels give a list of strings.`,
    );
  }
  if (typeof value === 'number' && !Number.isFinite(value))
    throw trainingFileError(place, `is ${value}, which is no label. Remove the row or give it a label.`);
  const label = String(value).trim().toWellFormed();
  if (label === '') throw trainingFileError(place, 'is empty. Remove the row or give it a label.');
  if (label.length > LIMITS.labelChars)
    throw trainingFileError(
      place,
      `is longer than ${LIMITS.labelChars} characters. Labels are short names; is the text in the wrong field?`,
    );
  return label;
}

/** A list of names, each once, sorted; in CSV `a|b` or a JSON list. None is an answer, too: of no label. */
function readNames(value: unknown, place: FilePlace): readonly string[] {
  const names = [...new Set(listOf(value, place).map((name) => readName(name, place)))].sort();
  if (names.length <= LIMITS.labelsPerRecord) return names;
  throw trainingFileError(place, `has ${names.length} labels; at most ${LIMITS.labelsPerRecord} are allowed.`);
}

function listOf(value: unknown, place: FilePlace): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== 'string') return [value];
  const text = value.trim();
  if (text === '') return [];
  if (!text.startsWith('[')) return text.split('|').filter((name) => name.trim() !== '');
  try {
    const parsed: unknown = JSON.parse(text);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Said below.
  }
  throw trainingFileError(place, 'begins like a JSON list and is none. Write a|b, or ["a", "b"].');
}

function readNumber(value: unknown, place: FilePlace): number {
  const isNumeric = typeof value === 'number' || (typeof value === 'string' && value.trim() !== '');
  const number = isNumeric ? Number(value) : Number.NaN;
  if (Number.isFinite(number)) return number;
  const shown = typeof value === 'string' ? `"${value.slice(0, 40)}"` : describe(value);
  throw trainingFileError(
    place,
    `must be a finite number, found ${shown}. Correct it or remove the row; names are learned with the task "single_label", and ordered ones (bad, fair, good) as 1, 2, 3.`,
  );
}

function describe(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
