import type { FileSource } from '../sources/file-source.ts';
import type { LeafValue } from './assemble-values.ts';
import type { Cell, LeafReader } from './column-shape.ts';
import { ParquetError } from './parquet-error.ts';
import { readColumn } from './read-column.ts';
import { chunkKey } from './read-footer.ts';
import type { RowGroup } from './read-footer.ts';
import { leavesOf } from './schema-node.ts';
import type { SchemaNode } from './schema-node.ts';

/** A column to be read, and how its cells are made of its leaves. */
export interface ShapedColumn {
  readonly node: SchemaNode;
  readonly build: (read: LeafReader) => Cell;
}

// For all columns together; each reads at least a quarter of a megabyte at once.
const READ_AHEAD_BYTES = 16 * 1024 * 1024;
const MIN_READ_AHEAD_BYTES = 256 * 1024;
const MAX_READ_AHEAD_BYTES = 4 * 1024 * 1024;

/**
 * The rows of a row group, the named columns of them. Held are one page per leaf and what was read ahead, however large the group is.
 * Throws ParquetError; what the source throws passes.
 */
export async function* readRows(
  source: FileSource,
  group: RowGroup,
  columns: readonly ShapedColumn[],
): AsyncGenerator<Record<string, Cell>, void, undefined> {
  const leaves = columns.flatMap(({ node }) => leavesOf(node));
  const readAheadBytes = Math.min(
    MAX_READ_AHEAD_BYTES,
    Math.max(MIN_READ_AHEAD_BYTES, Math.floor(READ_AHEAD_BYTES / Math.max(1, leaves.length))),
  );
  const cursors = new Map(
    leaves.map((leaf) => {
      const chunk = group.chunks.get(chunkKey(leaf.path));
      if (chunk === undefined) throw new ParquetError(`a row group lacks the column "${leaf.path.join('.')}"`);
      return [leaf, createCursor(readColumn(source, { leaf, chunk, rows: group.rows, readAheadBytes }))] as const;
    }),
  );
  const read: LeafReader = (leaf) => cursors.get(leaf)?.value() ?? null;
  try {
    for (let row = 0; row < group.rows; row += 1) {
      for (const cursor of cursors.values()) if (!cursor.next()) await cursor.fill();
      yield Object.fromEntries(columns.map(({ node, build }) => [node.name, build(read)]));
    }
  } finally {
    for (const cursor of cursors.values()) await cursor.close();
  }
}

interface ColumnCursor {
  /** Goes on to the next value; false where a batch has to be fetched for it. */
  readonly next: () => boolean;
  /** Fetches batches until there is a next value, and goes on to it. */
  readonly fill: () => Promise<void>;
  readonly value: () => LeafValue;
  readonly close: () => Promise<void>;
}

function createCursor(batches: AsyncGenerator<readonly LeafValue[], void, undefined>): ColumnCursor {
  let batch: readonly LeafValue[] = [];
  let at = 0;
  const next = (): boolean => {
    at += 1;
    return at < batch.length;
  };
  return {
    next,
    fill: async () => {
      do {
        const result = await batches.next();
        // The column itself checks its number of rows.
        if (result.done) throw new ParquetError('a column has fewer rows than its row group');
        batch = result.value;
        at = 0;
      } while (batch.length === 0);
    },
    value: () => batch[at] ?? null,
    close: async () => {
      await batches.return();
    },
  };
}
