import type { EncodedTexts } from './ngram-vocabulary.ts';

/** s = g(x): for each chosen text the sum of its n-grams' weights over the square root of their number. `[chosen, scores]`. */
export function gatherScores(
  weights: Float32Array,
  scores: number,
  texts: EncodedTexts,
  chosen: ArrayLike<number>,
): Float32Array {
  const gathered = new Float32Array(chosen.length * scores);
  for (let index = 0; index < chosen.length; index++) {
    const text = chosen[index] ?? 0;
    const scale = texts.scales[text] ?? 0;
    const end = texts.offsets[text + 1] ?? 0;
    for (let position = texts.offsets[text] ?? 0; position < end; position++) {
      const from = (texts.rows[position] ?? 0) * scores;
      for (let score = 0; score < scores; score++) {
        gathered[index * scores + score] =
          (gathered[index * scores + score] ?? 0) + scale * (weights[from + score] ?? 0);
      }
    }
  }
  return gathered;
}

export interface SparseGradient {
  /** Distinct rows of the weights, in the order of their first use. */
  readonly rows: Int32Array;
  /** `[rows, scores]`. */
  readonly values: Float32Array;
}

/** Finds the slot of each row among the distinct ones of a batch; one per table, reused from step to step. */
export interface RowSlots {
  /** Slot + 1 of each row of the table; 0 where the batch does not touch it. */
  readonly slotOf: Int32Array;
}

export function createRowSlots(rows: number): RowSlots {
  return { slotOf: new Int32Array(rows) };
}

/** The transpose of `gatherScores`: the gradient of the weights' rows that the chosen texts touch, given that of s. */
export function scatterScores(gradient: Float32Array, scores: number, batch: ScatterBatch): SparseGradient {
  const { texts, chosen, slots } = batch;
  const rows = distinctRows(batch);
  const values = new Float32Array(rows.length * scores);
  for (let index = 0; index < chosen.length; index++) {
    const text = chosen[index] ?? 0;
    const scale = texts.scales[text] ?? 0;
    const end = texts.offsets[text + 1] ?? 0;
    for (let position = texts.offsets[text] ?? 0; position < end; position++) {
      const to = ((slots.slotOf[texts.rows[position] ?? 0] ?? 0) - 1) * scores;
      for (let score = 0; score < scores; score++) {
        values[to + score] = (values[to + score] ?? 0) + scale * (gradient[index * scores + score] ?? 0);
      }
    }
  }
  for (const row of rows) slots.slotOf[row] = 0;
  return { rows, values };
}

export interface ScatterBatch {
  readonly texts: EncodedTexts;
  readonly chosen: ArrayLike<number>;
  readonly slots: RowSlots;
}

/** Marks each touched row with its slot. */
function distinctRows({ texts, chosen, slots: { slotOf } }: ScatterBatch): Int32Array {
  const rows: number[] = [];
  for (let index = 0; index < chosen.length; index++) {
    const text = chosen[index] ?? 0;
    const end = texts.offsets[text + 1] ?? 0;
    for (let position = texts.offsets[text] ?? 0; position < end; position++) {
      const row = texts.rows[position] ?? 0;
      if (slotOf[row] === 0) slotOf[row] = rows.push(row);
    }
  }
  return Int32Array.from(rows);
}

/** The same over all texts, added to a dense gradient of the whole table. */
export function scatterAllScores(
  gradient: Float32Array,
  scores: number,
  texts: EncodedTexts,
  into: Float64Array,
): void {
  for (let text = 0; text < texts.scales.length; text++) {
    const scale = texts.scales[text] ?? 0;
    const end = texts.offsets[text + 1] ?? 0;
    for (let position = texts.offsets[text] ?? 0; position < end; position++) {
      const to = (texts.rows[position] ?? 0) * scores;
      for (let score = 0; score < scores; score++) {
        into[to + score] = (into[to + score] ?? 0) + scale * (gradient[text * scores + score] ?? 0);
      }
    }
  }
}
