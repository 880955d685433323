import { normalShareBelow } from './number-metrics.ts';

const RESAMPLES = 1000;
const Z = 1.959964;

/** The bounds of a 95 % interval. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/**
 * A 95 % percentile-bootstrap interval from 1,000 draws, at quantiles that make up for few rows: a percentile interval of n rows is too narrow
 * by sqrt((n - 1) / n) and takes the normal's quantile for Student's ("expanded percentile", Hesterberg 2015).
 * @param draw the figure of one resample
 */
export function percentileInterval(draw: () => number, rows: number): Bounds {
  const draws = Float64Array.from({ length: RESAMPLES }, draw).sort();
  const tail = rows < 2 ? 0 : normalShareBelow(-Math.sqrt(rows / (rows - 1)) * studentQuantile(rows - 1));
  const at = (quantile: number): number => draws[Math.round(quantile * (RESAMPLES - 1))] ?? 0;
  return { low: at(tail), high: at(1 - tail) };
}

/** Student's t at 97.5 %: Cornish and Fisher's expansion, to 0.2 % from 4 degrees of freedom on (Abramowitz & Stegun 26.7.5). */
function studentQuantile(degrees: number): number {
  const first = (Z ** 3 + Z) / 4;
  const second = (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / 96;
  const third = (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / 384;
  return Z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}

/** Several values per row, such as those of two methods and five seeds. */
export interface ValueTable {
  /** Each `[rows]`. */
  readonly columns: readonly Float64Array[];
  /**
   * For values of 0 to 1: what each column holds in rows that nobody has seen, one pattern as likely as the other. Two of them
   * join a draw on average: where all rows are alike, nothing else says that the next one may differ (Bonett & Price 2012).
   */
  readonly imagined: readonly (readonly number[])[];
}

// More rows are put together in as many groups at random: the mean of the groups varies as that of the rows does, at a fraction of the time.
const MAX_GROUPS = 500;

/** Draws rows with replacement, all columns on the same draw. @returns a function that gives the columns' means of a new draw */
export function createRowDrawer({ columns, imagined }: ValueTable, uniform: () => number): () => Float64Array {
  const width = columns.length;
  const { sums, counts } = groupRows(columns, uniform);
  const groups = counts.length;
  return () => {
    const totals = new Float64Array(width);
    let drawn = 0;
    for (let draw = 0; draw < groups; draw++) {
      const group = Math.floor(uniform() * groups);
      drawn += counts[group] ?? 0;
      const from = group * width;
      for (let column = 0; column < width; column++)
        totals[column] = (totals[column] ?? 0) + (sums[from + column] ?? 0);
    }
    const others = imagined.length === 0 ? 0 : drawPoisson(uniform);
    for (let other = 0; other < others; other++) {
      const pattern = imagined[Math.floor(uniform() * imagined.length)] ?? [];
      for (let column = 0; column < width; column++) totals[column] = (totals[column] ?? 0) + (pattern[column] ?? 0);
    }
    return totals.map((total) => total / (drawn + others));
  };
}

interface GroupedRows {
  /** `[groups, columns]`. */
  readonly sums: Float64Array;
  /** Rows of each group. */
  readonly counts: Float64Array;
}

function groupRows(columns: ValueTable['columns'], uniform: () => number): GroupedRows {
  const rows = columns[0]?.length ?? 0;
  const groups = Math.min(rows, MAX_GROUPS);
  const groupOf = assignGroups(rows, groups, uniform);
  const sums = new Float64Array(groups * columns.length);
  const counts = new Float64Array(groups);
  for (let row = 0; row < rows; row++) {
    const group = groupOf[row] ?? 0;
    counts[group] = (counts[group] ?? 0) + 1;
    for (const [column, values] of columns.entries()) {
      const at = group * columns.length + column;
      sums[at] = (sums[at] ?? 0) + (values[row] ?? 0);
    }
  }
  return { sums, counts };
}

/** Equal groups but for one row, in an order of chance: rows of a sorted file would make groups that are too much alike. */
function assignGroups(rows: number, groups: number, uniform: () => number): Int32Array {
  const assigned = Int32Array.from({ length: rows }, (_, row) => row % groups);
  if (rows === groups) return assigned;
  for (let last = rows - 1; last > 0; last--) {
    const other = Math.floor(uniform() * (last + 1));
    [assigned[last], assigned[other]] = [assigned[other] ?? 0, assigned[last] ?? 0];
  }
  return assigned;
}

const NONE = Math.exp(-2);

/** With a mean of 2 (Knuth). */
function drawPoisson(uniform: () => number): number {
  let drawn = 0;
  for (let product = uniform(); product > NONE; product *= uniform()) drawn += 1;
  return drawn;
}
