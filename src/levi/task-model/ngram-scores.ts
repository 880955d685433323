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

/** The transpose of `gatherScores`: the gradient of the weights' rows that the chosen texts touch, given that of s. */
export function scatterScores(
  gradient: Float32Array,
  scores: number,
  texts: EncodedTexts,
  chosen: ArrayLike<number>,
): SparseGradient {
  const slots = new Map<number, number>();
  const values: number[] = [];
  for (let index = 0; index < chosen.length; index++) {
    const text = chosen[index] ?? 0;
    const scale = texts.scales[text] ?? 0;
    const end = texts.offsets[text + 1] ?? 0;
    for (let position = texts.offsets[text] ?? 0; position < end; position++) {
      const row = texts.rows[position] ?? 0;
      let slot = slots.get(row);
      if (slot === undefined) {
        slot = slots.size;
        slots.set(row, slot);
        for (let score = 0; score < scores; score++) values.push(0);
      }
      for (let score = 0; score < scores; score++) {
        values[slot * scores + score] =
          (values[slot * scores + score] ?? 0) + scale * (gradient[index * scores + score] ?? 0);
      }
    }
  }
  return { rows: Int32Array.from(slots.keys()), values: Float32Array.from(values) };
}
