import type { Random, SparseRows } from '../../engine/index.ts';
import { SPECIAL_ROWS, UNKNOWN } from '../fields/fields-encoder.ts';
import type { EncodedFields } from '../fields/fields-encoder.ts';
import { isNamed } from '../fields/fields-schema.ts';
import type { FieldsSchema } from '../fields/fields-schema.ts';
import { createRowSlots } from './ngram-scores.ts';
import type { RowSlots } from './ngram-scores.ts';

const WIDEST_EMBEDDING = 16;
// So that the vector of what was never seen is trained, too. New ids are ordinary, new categories are not.
const UNKNOWN_SHARES = { id: 0.1, categorical: 0.02 } as const;

/** One field's embeddings, `[rows, width]`. */
export interface EmbeddingSize {
  readonly rows: number;
  readonly width: number;
  /** Share of the rows that read the unknown one instead, in training. */
  readonly unknownShare: number;
}

/** One per categorical or id field, in the schema's order. */
export function embeddingSizes(schema: FieldsSchema): readonly EmbeddingSize[] {
  return schema.filter(isNamed).map(({ type, values }) => ({
    rows: values.length + SPECIAL_ROWS,
    width: Math.min(WIDEST_EMBEDDING, Math.ceil(Math.sqrt(values.length))),
    unknownShare: UNKNOWN_SHARES[type],
  }));
}

/** The chosen rows' places in each table; with `random`, some of them unknown. */
export function chooseIds(
  { ids }: EncodedFields,
  sizes: readonly EmbeddingSize[],
  { chosen, random }: { readonly chosen: ArrayLike<number>; readonly random: Random | null },
): readonly Int32Array[] {
  return ids.map((column, field) => {
    const share = sizes[field]?.unknownShare ?? 0;
    return Int32Array.from(chosen, (row) =>
      random !== null && random.uniform() < share ? UNKNOWN : (column[row] ?? UNKNOWN),
    );
  });
}

export interface FieldInputs {
  readonly tables: readonly Float32Array[];
  readonly sizes: readonly EmbeddingSize[];
  readonly fields: EncodedFields;
  readonly chosen: ArrayLike<number>;
  /** As `chooseIds` gives them. */
  readonly ids: readonly Int32Array[];
}

/** What the fields' network reads: of each chosen row its embeddings, then its numbers. `[chosen, widths + columns]`. */
export function gatherFields({ tables, sizes, fields, chosen, ids }: FieldInputs): Float32Array {
  const embedded = embeddedWidth(sizes);
  const width = embedded + fields.columns;
  const gathered = new Float32Array(chosen.length * width);
  let column = 0;
  for (const [field, size] of sizes.entries()) {
    const table = tables[field] ?? new Float32Array(0);
    for (let index = 0; index < chosen.length; index++) {
      const from = (ids[field]?.[index] ?? UNKNOWN) * size.width;
      gathered.set(table.subarray(from, from + size.width), index * width + column);
    }
    column += size.width;
  }
  for (let index = 0; index < chosen.length; index++) {
    const from = (chosen[index] ?? 0) * fields.columns;
    gathered.set(fields.numbers.subarray(from, from + fields.columns), index * width + embedded);
  }
  return gathered;
}

export function embeddedWidth(sizes: readonly EmbeddingSize[]): number {
  return sizes.reduce((total, { width }) => total + width, 0);
}

export function createFieldSlots(sizes: readonly EmbeddingSize[]): readonly RowSlots[] {
  return sizes.map(({ rows }) => createRowSlots(rows));
}

export interface FieldGradient {
  /** Of what `gatherFields` gave: `[rows, width]`, of which the first `ids[…].length` are read. */
  readonly gradient: Float32Array;
  readonly width: number;
  readonly ids: readonly Int32Array[];
  readonly slots: readonly RowSlots[];
}

/** The transpose of `gatherFields`: for each table the gradient of the rows that were read. */
export function scatterFields(
  sizes: readonly EmbeddingSize[],
  { gradient, width, ids, slots }: FieldGradient,
): readonly SparseRows[] {
  let column = 0;
  return sizes.map((size, field) => {
    const read = ids[field] ?? new Int32Array(0);
    const sparse = scatterColumn({ gradient, width, column, size: size.width, read, slots: slots[field] });
    column += size.width;
    return sparse;
  });
}

interface ColumnGradient {
  readonly gradient: Float32Array;
  readonly width: number;
  readonly column: number;
  readonly size: number;
  readonly read: Int32Array;
  readonly slots: RowSlots | undefined;
}

function scatterColumn({ gradient, width, column, size, read, slots }: ColumnGradient): SparseRows {
  if (slots === undefined) throw new Error('internal: a field without slots');
  const { slotOf } = slots;
  const rows: number[] = [];
  for (const row of read) if (slotOf[row] === 0) slotOf[row] = rows.push(row);
  const values = new Float32Array(rows.length * size);
  for (const [index, row] of read.entries()) {
    const to = ((slotOf[row] ?? 0) - 1) * size;
    const from = index * width + column;
    for (let entry = 0; entry < size; entry++)
      values[to + entry] = (values[to + entry] ?? 0) + (gradient[from + entry] ?? 0);
  }
  for (const row of rows) slotOf[row] = 0;
  return { rows: Int32Array.from(rows), values };
}
