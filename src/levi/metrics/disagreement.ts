import type { Family } from '../tasks/family.ts';

interface ViewsSize {
  readonly views: number;
  readonly rows: number;
  readonly outputs: number;
}

/**
 * How far the views' answers `[views, rows, outputs]` lie apart, per row. Labels: the Jensen-Shannon divergence in bits, the entropy of
 * the mean answer minus the mean entropy; 0 when all agree, at most log2 of their number; the mean over labels where these do not
 * exclude each other. Numbers: the views' standard deviation, in the target's unit.
 */
export function viewDisagreement(family: Family, views: Float32Array, size: ViewsSize): Float32Array {
  const measure = MEASURES[family];
  const measured = new Float32Array(size.rows);
  for (let row = 0; row < size.rows; row++) measured[row] = measure(views, size, row);
  return measured;
}

type Measure = (views: Float32Array, size: ViewsSize, row: number) => number;

const MEASURES = {
  softmax: (views, size, row) => divergence(views, size, row, surprise),
  sigmoid: (views, size, row) => divergence(views, size, row, (p) => surprise(p) + surprise(1 - p)) / size.outputs,
  squared: (views, size, row) => {
    let sum = 0;
    let squares = 0;
    for (let view = 0; view < size.views; view++) {
      const value = views[view * size.rows + row] ?? 0;
      sum += value;
      squares += value * value;
    }
    const average = sum / size.views;
    return Math.sqrt(Math.max(0, squares / size.views - average * average));
  },
} as const satisfies Record<Family, Measure>;

function divergence(views: Float32Array, size: ViewsSize, row: number, entropyOf: (p: number) => number): number {
  let mixed = 0;
  let own = 0;
  for (let index = 0; index < size.outputs; index++) {
    let total = 0;
    for (let view = 0; view < size.views; view++) {
      const p = views[(view * size.rows + row) * size.outputs + index] ?? 0;
      total += p;
      own += entropyOf(p);
    }
    mixed += entropyOf(total / size.views);
  }
  return Math.max(0, mixed - own / size.views);
}

function surprise(p: number): number {
  return p <= 0 ? 0 : -p * Math.log2(p);
}
