import type { FileSource } from '../sources/file-source.ts';
import { assembleFlat, createListAssembler } from './assemble-values.ts';
import type { LeafValue } from './assemble-values.ts';
import type { CellValue } from './convert-values.ts';
import { decodeDictionary, decodePage } from './decode-page.ts';
import { ParquetError } from './parquet-error.ts';
import type { ColumnChunk } from './read-footer.ts';
import { readPages } from './read-pages.ts';
import type { LeafNode } from './schema-node.ts';

export interface ReadColumn {
  readonly leaf: LeafNode;
  readonly chunk: ColumnChunk;
  readonly rows: number;
  readonly readAheadBytes: number;
}

/**
 * A column chunk's values, row by row, in one batch per page. Throws ParquetError where there are not exactly as many as the row group
 * has rows.
 */
export async function* readColumn(
  source: FileSource,
  { leaf, chunk, rows, readAheadBytes }: ReadColumn,
): AsyncGenerator<readonly LeafValue[], void, undefined> {
  const lists = leaf.repetitionLevel === 0 ? null : createListAssembler(leaf);
  let dictionary: readonly CellValue[] | null = null;
  let left = rows;
  const counted = (batch: readonly LeafValue[]): readonly LeafValue[] => {
    left -= batch.length;
    if (left < 0) throw new ParquetError('a column has more rows than its row group');
    return batch;
  };
  for await (const page of readPages(source, chunk, readAheadBytes)) {
    if (page.kind === 'dictionary') {
      dictionary = decodeDictionary(page, leaf);
      continue;
    }
    const decoded = decodePage(page, leaf, dictionary);
    yield counted(lists === null ? assembleFlat(decoded, leaf) : lists.add(decoded));
  }
  if (lists !== null) yield counted(lists.finish());
  if (left > 0) throw new ParquetError('a column has fewer rows than its row group');
}
