import type { Figure } from '../../contract/report.ts';
import { createRowDrawer, percentileInterval } from './bootstrap.ts';

/** Values of two methods on the same rows, each `[rows]`: right or wrong, F1, squared errors. One of each per seed. */
export interface PairedRows {
  readonly served: readonly Float64Array[];
  readonly baseline: readonly Float64Array[];
}

export interface DifferenceOptions {
  /** From the mean of a set's values to its figure. */
  readonly finish: (mean: number) => number;
  readonly higherIsBetter: boolean;
  /** Every value lies within 0 to 1. */
  readonly isShare: boolean;
  /** Gives numbers in [0, 1). */
  readonly uniform: () => number;
  /** Whether the sets themselves are drawn, too: where they stand for sets that are not there. */
  readonly resamplesSets?: boolean;
}

/**
 * Mean over sets and seeds of how much better the served method's figure is than the baseline's, with a 95 % interval: each set's rows
 * are drawn with replacement, both methods and all seeds on the same draw (paired bootstrap), and the seeds are drawn, too. Rows that several
 * seeds answered are one row each: to count them once per seed would make the interval too narrow by the root of the seeds.
 * Where sets are drawn, one alone has no interval.
 */
export function pairedDifference(sets: readonly PairedRows[], options: DifferenceOptions): Figure {
  const filled = sets.filter(({ served }) => (served[0]?.length ?? 0) > 0);
  const [first] = filled;
  if (first === undefined) return { value: 0, low: null, high: null };
  const { uniform, resamplesSets = false } = options;
  const seeds = first.served.length;
  const drawers = filled.map((set) => createRowDrawer(toTable(set, options), uniform));
  const draw = (): number => {
    const weights = drawSeeds(seeds, uniform);
    const drawn = resamplesSets
      ? drawers.flatMap(() => drawers[Math.floor(uniform() * drawers.length)] ?? [])
      : drawers;
    return average(drawn.map((drawMeans) => gainOf(drawMeans(), weights, options)));
  };
  const equal = new Float64Array(seeds).fill(1 / seeds);
  const value = average(filled.map((set) => gainOf(meansOf(set), equal, options)));
  if (resamplesSets && filled.length === 1) return { value, low: null, high: null };
  const rows = filled.reduce((total, { served }) => total + (served[0]?.length ?? 0), 0);
  const { low, high } = percentileInterval(draw, rows);
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}

/** Columns: the served method's of each seed, then the baseline's. */
function toTable({ served, baseline }: PairedRows, { isShare }: DifferenceOptions) {
  const pattern = (ofServed: number, ofBaseline: number): readonly number[] => [
    ...served.map(() => ofServed),
    ...baseline.map(() => ofBaseline),
  ];
  return { columns: [...served, ...baseline], imagined: isShare ? [pattern(0, 1), pattern(1, 0)] : [] };
}

const meansOf = ({ served, baseline }: PairedRows): Float64Array =>
  Float64Array.from(
    [...served, ...baseline],
    (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
  );

function gainOf(means: Float64Array, weights: Float64Array, { finish, higherIsBetter }: DifferenceOptions): number {
  const seeds = weights.length;
  const gain = weights.reduce(
    (sum, weight, seed) => sum + weight * (finish(means[seed] ?? 0) - finish(means[seeds + seed] ?? 0)),
    0,
  );
  return higherIsBetter ? gain : -gain;
}

/**
 * Weights of the seeds drawn with replacement, spread by sqrt(s / (s - 1)): the plain draw of five seeds shows four fifths of the variance that
 * five seeds have. One seed has none to show, which the report says.
 */
function drawSeeds(seeds: number, uniform: () => number): Float64Array {
  const weights = new Float64Array(seeds).fill(1 / seeds);
  if (seeds === 1) return weights;
  const counts = new Float64Array(seeds);
  for (let draw = 0; draw < seeds; draw++) {
    const seed = Math.floor(uniform() * seeds);
    counts[seed] = (counts[seed] ?? 0) + 1;
  }
  const spread = Math.sqrt(seeds / (seeds - 1));
  return weights.map((weight, seed) => weight + spread * ((counts[seed] ?? 0) / seeds - weight));
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The figure of a mean with its 95 % interval, drawn as above; the same numbers from the same `uniform`. An error's draws vary in proportion
 * to it and are skewed upwards, so that its interval is taken on the logarithms and turned around (Davison & Hinkley 1997, 5.2).
 */
export function meanWithBootstrap(
  values: Float64Array,
  { finish, isShare, uniform }: Omit<DifferenceOptions, 'higherIsBetter'>,
): Figure {
  if (values.length === 0) return { value: 0, low: null, high: null };
  const drawMean = createRowDrawer({ columns: [values], imagined: isShare ? [[0], [1]] : [] }, uniform);
  const value = finish(values.reduce((sum, each) => sum + each, 0) / values.length);
  const { low, high } = percentileInterval(() => finish(drawMean()[0] ?? 0), values.length);
  if (!isShare && low > 0) return { value, low: value ** 2 / high, high: value ** 2 / low };
  return { value, low: Math.min(low, value), high: Math.max(high, value) };
}
