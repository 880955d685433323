import { tensor } from '../../engine/index.ts';
import type { Tensor } from '../../engine/index.ts';

/** Whole numbers of -127 to 127 that are a float each, times the scale of their column of their layer. */
export interface RoundedWeights {
  /** `[layers, rows, columns]` */
  readonly steps: Tensor & { readonly data: Int8Array };
  /** `[layers, 1, columns]` */
  readonly scales: Tensor & { readonly data: Float32Array };
}

const STEPS = 127;

/** The nearest of 255 evenly spaced numbers, as many on either side of 0, the largest of a column the last of them. */
export function roundWeights(
  weights: Float32Array,
  [layers, rows, columns]: readonly [number, number, number],
): RoundedWeights {
  const steps = new Int8Array(weights.length);
  const scales = new Float32Array(layers * columns);
  const size = rows * columns;
  for (let place = 0; place < weights.length; place++) {
    const column = Math.floor(place / size) * columns + (place % columns);
    scales[column] = Math.max(scales[column] ?? 0, Math.abs(weights[place] ?? 0));
  }
  for (let column = 0; column < scales.length; column++) scales[column] = (scales[column] ?? 0) / STEPS;
  for (let place = 0; place < weights.length; place++) {
    const scale = scales[Math.floor(place / size) * columns + (place % columns)] ?? 0;
    // A column of zeros, or of numbers whose steps are too small for a float, is one of zeros.
    const step = scale === 0 ? 0 : Math.round((weights[place] ?? 0) / scale);
    steps[place] = Math.min(STEPS, Math.max(-STEPS, step));
  }
  return {
    steps: { ...tensor(steps, [layers, rows, columns]), data: steps },
    scales: { ...tensor(scales, [layers, 1, columns]), data: scales },
  };
}

/** The floats that they stand for. */
export function widenWeights({ steps, scales }: RoundedWeights): Tensor {
  const [, rows = 1, columns = 1] = steps.dims;
  const floats = new Float32Array(steps.data.length);
  for (let start = 0; start < floats.length; start += columns) {
    const layer = Math.floor(start / (rows * columns)) * columns;
    for (let column = 0; column < columns; column++)
      floats[start + column] = (steps.data[start + column] ?? 0) * (scales.data[layer + column] ?? 0);
  }
  return tensor(floats, steps.dims);
}
