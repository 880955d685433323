import type { Figure } from '../../contract/report.ts';
import { createRowDrawer, percentileInterval } from './bootstrap.ts';
import type { DifferenceOptions } from './paired-difference.ts';

/** How one method does under shift. */
export interface UnderShift {
  /** Mean over the shifts. */
  readonly score: Figure;
  /** How much worse that is than on held-out rows; below 0 where it is better. */
  readonly gap: Figure;
}

/** @param heldOut values per row, `shifts` those of each shift; null where there is none to speak of */
export function measureUnderShift(
  heldOut: Float64Array,
  shifts: readonly Float64Array[],
  { finish, isShare, higherIsBetter, uniform }: DifferenceOptions,
): UnderShift | null {
  const filled = shifts.filter(({ length }) => length > 0);
  if (filled.length === 0 || heldOut.length === 0) return null;
  const drawerOf = (values: Float64Array): (() => number) => {
    const drawMean = createRowDrawer({ columns: [values], imagined: isShare ? [[0], [1]] : [] }, uniform);
    return () => finish(drawMean()[0] ?? 0);
  };
  const drawers = filled.map(drawerOf);
  const drawHeldOut = drawerOf(heldOut);
  const sign = higherIsBetter ? 1 : -1;
  const score = average(filled.map((values) => finish(average(values))));
  const gap = sign * (finish(average(heldOut)) - score);
  const drawScore = (): number => average(drawers.map((draw) => draw()));
  const rows = filled.reduce((total, { length }) => total + length, 0);
  return {
    score: around(score, percentileInterval(drawScore, rows)),
    gap: around(
      gap,
      percentileInterval(() => sign * (drawHeldOut() - drawScore()), Math.min(rows, heldOut.length)),
    ),
  };
}

const around = (value: number, { low, high }: { readonly low: number; readonly high: number }): Figure => ({
  value,
  low: Math.min(low, value),
  high: Math.max(high, value),
});

function average(values: ArrayLike<number>): number {
  let total = 0;
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0;
  return total / values.length;
}
