import { addCsvLine, newCsvRecord } from './csv-record.ts';
import type { CsvDialect } from './csv-record.ts';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SAMPLE_ROWS = 20;

/**
 * The delimiter whose header holds the wanted columns; else the one that cuts the most rows like the header, and of those
 * the one with the most columns. A quote in a tab-separated file quotes only if the file's head can be read that way.
 * @param head the file's first characters; the last line may be cut off
 */
export function detectDialect(head: string, wanted: readonly string[]): CsvDialect {
  const lines = head.replace(/^\uFEFF/u, '').split(/\r?\n/u);
  if (lines.length > 1) lines.pop();
  const samples = DELIMITERS.map((delimiter) => sampleOf(lines, delimiter));
  const best = samples.reduce((kept, sample) => (isBetter(sample, kept, wanted) ? sample : kept));
  return best.dialect;
}

interface Sample {
  readonly dialect: CsvDialect;
  readonly header: readonly string[];
  /** Share of rows with as many cells as the header. */
  readonly evenness: number;
}

function sampleOf(lines: readonly string[], delimiter: string): Sample {
  const quoted = { delimiter, hasQuotes: true };
  const rows = readRows(lines, quoted);
  const dialect = rows === null && delimiter === '\t' ? { delimiter, hasQuotes: false } : quoted;
  const [header = [], ...others] = rows ?? readRows(lines, { delimiter, hasQuotes: false }) ?? [];
  const even = others.filter(({ length }) => length === header.length).length;
  return { dialect, header: header.map((name) => name.trim()), evenness: even / Math.max(1, others.length) };
}

/** @returns null where a quote is in the wrong place */
function readRows(lines: readonly string[], dialect: CsvDialect): readonly (readonly string[])[] | null {
  const rows: (readonly string[])[] = [];
  let record = newCsvRecord(1);
  try {
    for (const line of lines) {
      if (rows.length >= SAMPLE_ROWS) break;
      if (record.open === null && line === '') continue;
      addCsvLine(record, line, dialect, { file: '', maxLineBytes: Infinity });
      if (record.open !== null) continue;
      rows.push(record.cells);
      record = newCsvRecord(1);
    }
  } catch {
    return null;
  }
  // A quote that opens and never closes swallowed the rows after it.
  return record.open !== null && rows.length < SAMPLE_ROWS && dialect.delimiter === '\t' ? null : rows;
}

function isBetter(sample: Sample, kept: Sample, wanted: readonly string[]): boolean {
  const rank = ({ header, evenness }: Sample): readonly number[] => [
    wanted.filter((name) => header.includes(name)).length,
    header.length > 1 ? evenness : 0,
    header.length,
  ];
  const [mine, theirs] = [rank(sample), rank(kept)];
  const at = mine.findIndex((value, index) => value !== theirs[index]);
  return at !== -1 && (mine[at] ?? 0) > (theirs[at] ?? 0);
}
