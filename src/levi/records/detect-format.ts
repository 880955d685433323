import { trainingFileError } from './training-file-error.ts';

export type FileFormat = 'jsonl' | 'csv' | 'parquet';

const PARQUET_MAGIC = [0x50, 0x41, 0x52, 0x31];

/** What a file begins with when it is none of ours, and what to do about it. */
const FOREIGN_FORMATS = [
  { bytes: [0x1f, 0x8b], problem: 'is compressed with gzip. Unpack it and upload what is inside.' },
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], problem: 'is compressed with Zstandard. Unpack it and upload what is inside.' },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    problem: 'is a ZIP archive or an Excel workbook. Upload the file inside it, or save the sheet as "CSV UTF-8".',
  },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], problem: 'is an old Excel workbook. Save the sheet as "CSV UTF-8".' },
  { bytes: [0x25, 0x50, 0x44, 0x46], problem: 'is a PDF. Upload JSONL or CSV.' },
] as const;

const FORMAT_OF_EXTENSION: Readonly<Record<string, FileFormat>> = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'jsonl',
  csv: 'csv',
  tsv: 'csv',
  tab: 'csv',
};

/**
 * The content decides, as far as it says anything: magic bytes, then the first character that is not blank.
 * The filename decides the rest, and without one a first line with a delimiter is a CSV header.
 * Throws `invalid_training_file` for archives and documents.
 */
export function detectFormat(head: Uint8Array, file: string, filename?: string): FileFormat {
  const beginsWith = (bytes: readonly number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  if (beginsWith(PARQUET_MAGIC)) return 'parquet';
  const foreign = FOREIGN_FORMATS.find(({ bytes }) => beginsWith(bytes));
  if (foreign) throw trainingFileError({ file, line: 1 }, foreign.problem);
  const text = new TextDecoder().decode(head).trimStart();
  if (text.startsWith('{')) return 'jsonl';
  const named = FORMAT_OF_EXTENSION[extensionOf(filename)];
  if (named !== undefined) return named;
  const [header = ''] = text.split('\n', 1);
  return !text.startsWith('[') && /[,;\t|]/u.test(header) ? 'csv' : 'jsonl';
}

const extensionOf = (filename = ''): string => filename.slice(filename.lastIndexOf('.') + 1).toLowerCase();
