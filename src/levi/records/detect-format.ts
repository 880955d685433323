import { trainingFileError } from './training-file-error.ts';

/** As much of a file's beginning tells its format. */
export const HEAD_BYTES = 65_536;

/** `gzip` holds one of the others but itself. */
export type FileFormat = 'jsonl' | 'csv' | 'parquet' | 'zip' | 'tar' | 'gzip';

const BINARY_FORMATS = [
  { format: 'parquet', offset: 0, bytes: [0x50, 0x41, 0x52, 0x31] },
  { format: 'zip', offset: 0, bytes: [0x50, 0x4b, 0x03, 0x04] },
  // An archive without entries.
  { format: 'zip', offset: 0, bytes: [0x50, 0x4b, 0x05, 0x06] },
  { format: 'gzip', offset: 0, bytes: [0x1f, 0x8b] },
  // "ustar", in the first header.
  { format: 'tar', offset: 257, bytes: [0x75, 0x73, 0x74, 0x61, 0x72] },
] as const satisfies readonly {
  readonly format: FileFormat;
  readonly offset: number;
  readonly bytes: readonly number[];
}[];

/** What a file begins with when it is none of ours, and what to do about it. */
const FOREIGN_FORMATS = [
  { bytes: [0x28, 0xb5, 0x2f, 0xfd], problem: 'is compressed with Zstandard. Unpack it, or compress it with gzip.' },
  { bytes: [0x42, 0x5a, 0x68], problem: 'is compressed with bzip2. Unpack it, or compress it with gzip.' },
  { bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a], problem: 'is compressed with xz. Unpack it, or compress it with gzip.' },
  { bytes: [0x37, 0x7a, 0xbc, 0xaf], problem: 'is a 7-Zip archive. Pack the folder as zip or tar.' },
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
 * Throws `invalid_training_file` for documents and other archives.
 */
export function detectFormat(head: Uint8Array, file: string, filename?: string): FileFormat {
  const beginsWith = (bytes: readonly number[], offset = 0): boolean =>
    bytes.every((byte, index) => head[offset + index] === byte);
  const binary = BINARY_FORMATS.find(({ bytes, offset }) => beginsWith(bytes, offset));
  if (binary) return binary.format;
  const foreign = FOREIGN_FORMATS.find(({ bytes }) => beginsWith(bytes));
  if (foreign) throw trainingFileError({ file, line: 1 }, foreign.problem);
  const text = new TextDecoder().decode(head).trimStart();
  if (text.startsWith('{')) return 'jsonl';
  const named = FORMAT_OF_EXTENSION[extensionOf(filename)];
  if (named !== undefined) return named;
  const [header = ''] = text.split('\n', 1);
  // A column may be called "[t]"; an array of records is JSON, which the reader explains.
  return !/^\[\s*[[{]/u.test(text) && /[,;\t|]/u.test(header) ? 'csv' : 'jsonl';
}

const extensionOf = (filename = ''): string => filename.slice(filename.lastIndexOf('.') + 1).toLowerCase();
