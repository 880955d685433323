import { ArchiveError } from '../archives/archive-error.ts';
import { gunzip } from '../archives/gunzip.ts';
import { openTar } from '../archives/read-tar.ts';
import { openZip } from '../archives/read-zip.ts';
import { resolveColumns } from './columns.ts';
import type { ColumnNames, Reading } from './columns.ts';
import { detectFormat, HEAD_BYTES } from './detect-format.ts';
import type { FileFormat } from './detect-format.ts';
import type { FileSource } from '../sources/file-source.ts';
import { peekChunks, readChunks } from '../sources/read-chunks.ts';
import type { Chunks } from '../sources/read-chunks.ts';
import { readCsv } from './read-csv.ts';
import { readImageFolder } from './read-image-folder.ts';
import { readJsonl } from './read-jsonl.ts';
import { readParquet } from './read-parquet.ts';
import { trainingFileError } from './training-file-error.ts';
import type { NumberedRecord } from './training-record.ts';

export interface ReadOptions {
  /** The request field that named the file; used in messages and as the error's `param`. */
  readonly file?: string | undefined;
  /** Tells the format where the content does not. */
  readonly filename?: string | undefined;
  /** Where text, labels and fields stand, default `text` and `label`, and of which kind the labels are. */
  readonly reading?: Reading | undefined;
  /** Takes every chat in place of a record that is made of it. */
  readonly onChat?: ColumnNames['onChat'];
}

const TEXT_READERS = { jsonl: readJsonl, csv: readCsv } as const;

interface FileReading {
  readonly file: string;
  readonly filename: string | undefined;
  readonly columns: ColumnNames;
}

/**
 * The records of a file: JSONL or CSV/TSV, also packed with gzip; Parquet; a folder of images as zip, tar or tar.gz. The content tells the
 * format. Reads as it is consumed and closes what it opened when the consumer stops.
 * Throws `invalid_training_file` (file, line, row or entry, column, remedy) at the first problem.
 * @param source a stream is enough for text
 */
export async function* readRecords(
  source: ReadableStream<Uint8Array> | FileSource,
  { file = 'training_file', filename, reading, onChat }: ReadOptions = {},
): AsyncGenerator<NumberedRecord> {
  const options = { file, filename, columns: resolveColumns(reading, onChat) };
  const stream = readChunks('getReader' in source ? source : await source.open());
  try {
    const { head, chunks } = await peekChunks(stream, HEAD_BYTES);
    const format = detectFormat(head, file, filename);
    if (format === 'gzip') yield* readPacked(source, chunks, options);
    else if (isText(format)) yield* TEXT_READERS[format](chunks, { ...options, head });
    else {
      await stream.return();
      yield* readBinary(requireSource(source), format, options);
    }
  } finally {
    await stream.return();
  }
}

const isText = (format: FileFormat): format is keyof typeof TEXT_READERS => Object.hasOwn(TEXT_READERS, format);

function readBinary(
  source: FileSource,
  format: Exclude<FileFormat, keyof typeof TEXT_READERS | 'gzip'>,
  reading: FileReading,
): AsyncGenerator<NumberedRecord> {
  switch (format) {
    case 'parquet':
      return readParquet(source, reading);
    case 'zip':
      return readImageFolder(openZip(source), reading);
    case 'tar':
      return readImageFolder(
        openTar(() => chunksOf(source)),
        reading,
      );
    default:
      return format satisfies never;
  }
}

/** What gzip holds: text, or a tar archive. */
async function* readPacked(
  source: ReadableStream<Uint8Array> | FileSource,
  packed: Chunks,
  { file, filename, columns }: FileReading,
): AsyncGenerator<NumberedRecord> {
  const inside = { file, filename: filename?.replace(/\.gz$/iu, ''), columns };
  const unpacked = gunzip(packed);
  try {
    const { head, chunks } = await peekChunks(unpacked, HEAD_BYTES);
    const format = detectFormat(head, file, inside.filename);
    if (isText(format)) yield* TEXT_READERS[format](chunks, { ...inside, head });
    else if (format === 'tar') {
      await unpacked.return();
      const seekable = requireSource(source);
      yield* readImageFolder(
        openTar(() => gunzip(chunksOf(seekable))),
        inside,
      );
    } else
      throw trainingFileError(
        { file },
        `is ${format} packed with gzip once more. Upload it as it is: it is packed already.`,
      );
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw trainingFileError({ file }, `the file ${error.message}.`, error);
  } finally {
    await unpacked.return();
  }
}

async function* chunksOf(source: FileSource): Chunks {
  yield* readChunks(await source.open());
}

function requireSource(source: ReadableStream<Uint8Array> | FileSource): FileSource {
  if ('read' in source) return source;
  throw new Error('internal: this format is read from any place of the file, and a stream was given');
}
