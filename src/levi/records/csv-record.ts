import { formatMegabytes } from './format-megabytes.ts';
import { trainingFileError } from './training-file-error.ts';

export interface CsvDialect {
  readonly delimiter: string;
  /** Whether `"` quotes. In tab-separated files it is often an ordinary character. */
  readonly hasQuotes: boolean;
}

/** A record while its lines are read. */
export interface CsvRecord {
  /** The line it begins on. */
  readonly line: number;
  readonly cells: string[];
  /** What is known of a quoted cell whose end was not seen yet. */
  open: string[] | null;
  chars: number;
}

export interface RowLimits {
  /** For messages. */
  readonly file: string;
  readonly maxLineBytes: number;
}

export const newCsvRecord = (line: number): CsvRecord => ({ line, cells: [], open: null, chars: 0 });

const QUOTE = '"';
const LINE_END = -1;

/**
 * Adds one line's cells (RFC 4180: a quote inside a quoted cell is doubled). The record is whole when `open` is null.
 * Throws `invalid_training_file` for a quote in the wrong place and for a record beyond `maxLineBytes`.
 */
export function addCsvLine(record: CsvRecord, text: string, dialect: CsvDialect, limits: RowLimits): void {
  const { file, maxLineBytes } = limits;
  record.chars += text.length;
  if (record.chars > maxLineBytes)
    throw trainingFileError(
      { file, line: record.line },
      `the row that begins here is longer than ${formatMegabytes(maxLineBytes)}. Is a closing quote missing?`,
    );
  let at =
    record.open === null ? readCell(record, text, 0, dialect, file) : continueQuoted(record, text, dialect, file);
  while (at !== LINE_END) at = readCell(record, text, at, dialect, file);
}

/** @returns where the next cell begins */
function readCell(record: CsvRecord, text: string, at: number, dialect: CsvDialect, file: string): number {
  if (dialect.hasQuotes && text[at] === QUOTE) {
    record.open = [];
    return readQuoted(record, text, at + 1, dialect, file);
  }
  const end = text.indexOf(dialect.delimiter, at);
  record.cells.push(text.slice(at, end === -1 ? text.length : end));
  return end === -1 ? LINE_END : end + 1;
}

function continueQuoted(record: CsvRecord, text: string, dialect: CsvDialect, file: string): number {
  record.open?.push('\n');
  return readQuoted(record, text, 0, dialect, file);
}

function readQuoted(record: CsvRecord, text: string, from: number, dialect: CsvDialect, file: string): number {
  const parts = record.open ?? [];
  for (let at = from; ;) {
    const end = text.indexOf(QUOTE, at);
    if (end === -1) {
      parts.push(text.slice(at));
      return LINE_END;
    }
    if (text[end + 1] === QUOTE) {
      parts.push(text.slice(at, end + 1));
      at = end + 2;
      continue;
    }
    record.cells.push([...parts, text.slice(at, end)].join(''));
    record.open = null;
    if (end + 1 === text.length) return LINE_END;
    if (text[end + 1] === dialect.delimiter) return end + 2;
    throw strayQuote(record, file);
  }
}

const strayQuote = ({ line, cells }: CsvRecord, file: string): Error =>
  trainingFileError(
    { file, line },
    `column ${cells.length} goes on after its closing quote. Write a quote inside a quoted cell twice ("").`,
  );
