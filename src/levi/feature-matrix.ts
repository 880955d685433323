/** Pooled features of every tapped layer, row-major: `data[(row * taps + tap) * width + j]`. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly taps: number;
  readonly width: number;
  readonly data: Float32Array;
}

/** The given rows, in the given order: a copy, or the same object when they are all of them, in order. */
export function takeRows(features: FeatureMatrix, rows: Int32Array): FeatureMatrix {
  if (rows.length === features.rows && rows.every((row, index) => row === index)) return features;
  const { taps, width } = features;
  const rowSize = taps * width;
  const data = new Float32Array(rows.length * rowSize);
  for (let index = 0; index < rows.length; index++) {
    const start = (rows[index] ?? 0) * rowSize;
    data.set(features.data.subarray(start, start + rowSize), index * rowSize);
  }
  return { rows: rows.length, taps, width, data };
}

/** The given taps alone; the same object when they are all of them, in order. */
export function takeTaps(features: FeatureMatrix, taps: readonly number[]): FeatureMatrix {
  const { rows, width } = features;
  if (taps.length === features.taps && taps.every((tap, index) => tap === index)) return features;
  const data = new Float32Array(rows * taps.length * width);
  for (let row = 0; row < rows; row++) {
    for (const [index, tap] of taps.entries()) {
      const start = (row * features.taps + tap) * width;
      data.set(features.data.subarray(start, start + width), (row * taps.length + index) * width);
    }
  }
  return { rows, taps: taps.length, width, data };
}

/** Neighbouring taps, `from` to before `to`, of whose features only the first `width` are anything but zero. */
export interface TapRun {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/** Writes the given rows of a run of taps with the layer first, `[to - from, rows, width]`: the layout one matrix product over all layers reads. */
export function gatherByLayer(
  features: FeatureMatrix,
  { from, to, width }: TapRun,
  rows: ArrayLike<number>,
  into: Float32Array,
): void {
  let at = 0;
  for (let tap = from; tap < to; tap++) {
    for (let index = 0; index < rows.length; index++) {
      const start = ((rows[index] ?? 0) * features.taps + tap) * features.width;
      into.set(features.data.subarray(start, start + width), at);
      at += width;
    }
  }
}

export interface RowSelection {
  readonly features: FeatureMatrix;
  readonly rows: Int32Array;
}

/** A copy of the given taps of the given rows of one or several matrices, one after the other. */
export function joinRows(parts: readonly RowSelection[], taps: readonly number[]): FeatureMatrix {
  const width = parts[0]?.features.width ?? 0;
  const rows = parts.reduce((total, part) => total + part.rows.length, 0);
  const data = new Float32Array(rows * taps.length * width);
  let to = 0;
  for (const { features, rows: chosen } of parts) {
    for (const row of chosen) {
      for (const tap of taps) {
        const start = (row * features.taps + tap) * width;
        data.set(features.data.subarray(start, start + width), to);
        to += width;
      }
    }
  }
  return { rows, taps: taps.length, width, data };
}
