import { LIMITS } from '../../contract/limits.ts';
import { ArchiveError } from '../archives/archive-error.ts';
import type { Archive, ArchiveEntry } from '../archives/archive.ts';
import { chooseSplit, wantedSplit } from '../archives/choose-split.ts';
import type { ColumnNames } from './columns.ts';
import { isMetadata, readMetadata } from './read-metadata.ts';
import type { Metadata } from './read-metadata.ts';
import { readRow } from './read-row.ts';
import { trainingFileError } from './training-file-error.ts';
import type { NumberedRecord } from './training-record.ts';

interface ReadImageFolderOptions {
  readonly file: string;
  readonly columns: ColumnNames;
}

/**
 * Hugging Face's `imagefolder`: pictures in folders that are named after their label, or beside a `metadata.csv` or `metadata.jsonl` whose
 * `file_name` says which is which. Records are counted in the order of the archive, which is gone through twice; one picture is held at a time.
 * Throws `invalid_training_file` naming the entry.
 */
export async function* readImageFolder(
  archive: Archive,
  { file, columns }: ReadImageFolderOptions,
): AsyncGenerator<NumberedRecord> {
  try {
    const { paths, metadata } = await lookThrough(archive, file);
    const isLabelled = metadata === null;
    const isChosen = chooseSplit({ paths, wanted: wantedSplit(file), isLabelled });
    // In an archive whatever has an image is asked for its pictures.
    const reading = { ...columns, isImageNamed: true };
    let line = 0;
    for await (const entry of archive.entries()) {
      if (isIgnored(entry.path) || isMetadata(entry.path) || !isChosen(entry.path)) continue;
      line += 1;
      const place = { file, entry: entry.path };
      const described = metadata === null ? labelOf(entry.path, columns, file) : rowOf(metadata, entry.path, file);
      const row = { ...described, [columns.image]: await readBounded(entry, LIMITS.imageBytes, 'image') };
      // What was found in the picture, or is like it, is said by its path; a column of ids comes first.
      yield { line, record: { id: entry.path, ...readRow(row, reading, place) } };
    }
    if (metadata !== null) assertAllThere(metadata, paths, file);
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw trainingFileError(
      { file, entry: error.entry },
      `${error.entry === undefined ? 'the archive ' : ''}${error.message}.`,
      error,
    );
  }
}

const MAX_METADATA_BYTES = 32 * 1024 * 1024;

interface Contents {
  /** Of everything that is to be a picture. */
  readonly paths: readonly string[];
  readonly metadata: Metadata | null;
}

async function lookThrough(archive: Archive, file: string): Promise<Contents> {
  const paths: string[] = [];
  let metadata: Metadata | null = null;
  for await (const entry of archive.entries()) {
    if (entry.path === '[Content_Types].xml')
      throw new ArchiveError('is an Office document. Save a sheet as "CSV UTF-8"');
    if (isMetadata(entry.path)) {
      const bytes = await readBounded(entry, MAX_METADATA_BYTES, 'table');
      metadata = new Map([...(metadata ?? []), ...(await readMetadata(bytes, { file, path: entry.path }))]);
    } else if (!isIgnored(entry.path)) paths.push(entry.path);
  }
  if (paths.length === 0)
    throw new ArchiveError(
      'holds no pictures. Pack a folder per label, with the pictures in it; upload a table as it is, not in an archive',
    );
  return { paths, metadata };
}

async function readBounded(entry: ArchiveEntry, maxBytes: number, what: string): Promise<Uint8Array> {
  if (entry.sizeBytes <= maxBytes) return entry.read();
  throw new ArchiveError(
    `is larger than ${maxBytes / 1024 / 1024} MB, too large for an ${what}`.replace('an table', 'a table'),
    { entry: entry.path },
  );
}

/** What programs leave in folders, and what people write about data. */
const IGNORED =
  /(?:^|\/)(?:\.[^/]*|__MACOSX|Thumbs\.db|desktop\.ini|readme[^/]*|licen[sc]e[^/]*|notice[^/]*|[^/]*\.(?:txt|md))(?:\/|$)/iu;
const isIgnored = (path: string): boolean => IGNORED.test(path);

/** The folder that holds the picture is its label. */
function labelOf(path: string, { labels: [label] }: ColumnNames, file: string): Record<string, string> {
  const folder = path.split('/').at(-2);
  if (folder !== undefined) return { [label.column]: folder };
  throw trainingFileError(
    { file, entry: path },
    'is in no folder, and a folder names the label. Put it into one, or give labels in a metadata.csv with the columns file_name and label.',
  );
}

function rowOf(
  metadata: Metadata,
  path: string,
  file: string,
): Metadata extends ReadonlyMap<string, infer Row> ? Row : never {
  const row = metadata.get(path);
  if (row !== undefined) return row;
  throw trainingFileError(
    { file, entry: path },
    'is in no row of metadata.csv or metadata.jsonl. Add a row with its file_name, relative to that table, or remove the picture.',
  );
}

function assertAllThere(metadata: Metadata, paths: readonly string[], file: string): void {
  const there = new Set(paths);
  const absent = metadata.keys().find((path) => !there.has(path));
  if (absent !== undefined)
    throw trainingFileError(
      { file, entry: absent },
      'is named in the metadata, and not in the archive. Add the picture, or remove the row.',
    );
}
