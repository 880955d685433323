import { ArchiveError } from '../archives/archive-error.ts';
import { LIMITS } from '../../contract/limits.ts';
import { HEAD_BYTES } from './detect-format.ts';
import { readCsvTable } from './read-csv-table.ts';
import type { Chunks } from '../sources/read-chunks.ts';
import { readJsonRows } from './read-jsonl.ts';
import type { Row } from './row.ts';

/** What a table in an archive says of each picture, by the picture's path. */
export type Metadata = ReadonlyMap<string, Row>;

const NAME = /(?:^|\/)metadata\.(?:csv|jsonl)$/u;
export const isMetadata = (path: string): boolean => NAME.test(path);

const FILE_NAME = 'file_name';

/** @param path the table's own: what it names is relative to it. Throws `invalid_training_file`, and ArchiveError naming the table. */
export async function readMetadata(
  bytes: Uint8Array,
  { file, path }: { readonly file: string; readonly path: string },
): Promise<Metadata> {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
  const place = `${file}, entry "${path}"`;
  const rows = path.endsWith('.csv')
    ? csvRows(bytes, place)
    : readJsonRows(chunkOf(bytes), { file: place, maxLineBytes: LIMITS.trainingLineBytes });
  const metadata = new Map<string, Row>();
  for await (const { line, row } of rows) {
    const { [FILE_NAME]: name, ...others } = row;
    if (typeof name !== 'string' || name === '')
      throw new ArchiveError(`has no "${FILE_NAME}" in line ${line}: the path of the picture, relative to the table`, {
        entry: path,
      });
    const picture = folder + name.replace(/^(?:\.\/)+/u, '');
    if (metadata.has(picture)) throw new ArchiveError(`names "${name}" a second time in line ${line}`, { entry: path });
    metadata.set(picture, others);
  }
  return metadata;
}

async function* csvRows(bytes: Uint8Array, file: string): AsyncGenerator<{ readonly line: number; readonly row: Row }> {
  const options = {
    file,
    head: bytes.subarray(0, HEAD_BYTES),
    expected: [FILE_NAME],
    maxLineBytes: LIMITS.trainingLineBytes,
  };
  let names: readonly string[] | undefined;
  for await (const { line, cells } of readCsvTable(chunkOf(bytes), options)) {
    if (names === undefined) names = cells.map((name) => name.trim());
    else yield { line, row: Object.fromEntries(names.map((name, index) => [name, cells[index]])) };
  }
}

async function* chunkOf(bytes: Uint8Array): Chunks {
  yield bytes;
}
