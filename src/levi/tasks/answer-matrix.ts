/**
 * What a model answers, row-major `[rows, outputs]`: probabilities that sum to one a row (single_label), one probability per label
 * (multi_label), or a single number in the target's own unit (regression, ordinal).
 */
export interface AnswerMatrix {
  readonly rows: number;
  readonly outputs: number;
  readonly data: Float32Array;
}

/** The given rows, in the given order. */
export function takeAnswers({ outputs, data }: AnswerMatrix, rows: ArrayLike<number>): AnswerMatrix {
  const chosen = new Float32Array(rows.length * outputs);
  for (let index = 0; index < rows.length; index++) {
    const row = rows[index] ?? 0;
    chosen.set(data.subarray(row * outputs, (row + 1) * outputs), index * outputs);
  }
  return { rows: rows.length, outputs, data: chosen };
}
