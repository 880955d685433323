import type { Figure } from '../../contract/report.ts';
import { createRandom } from '../../engine/index.ts';

const LOWER = 0.025;
const UPPER = 0.975;
const RESAMPLES = 1000;

/**
 * Share of ones with its 95 % percentile-bootstrap interval. Resampling zeros and ones with replacement gives a binomial
 * distribution, so its quantiles are taken directly instead of by drawing.
 */
export function shareWithInterval(ones: Uint8Array): Figure {
  const n = ones.length;
  const count = ones.reduce((total, value) => total + value, 0);
  if (n === 0) return { value: 0, low: null, high: null };
  return {
    value: count / n,
    low: binomialQuantile(n, count / n, LOWER) / n,
    high: binomialQuantile(n, count / n, UPPER) / n,
  };
}

function binomialQuantile(n: number, p: number, quantile: number): number {
  if (p <= 0 || p >= 1) return Math.round(n * p);
  let logTerm = n * Math.log1p(-p);
  let cumulative = Math.exp(logTerm);
  let successes = 0;
  while (cumulative < quantile && successes < n) {
    logTerm += Math.log(((n - successes) / (successes + 1)) * (p / (1 - p)));
    successes += 1;
    cumulative += Math.exp(logTerm);
  }
  return successes;
}

// Student's t at 97.5 %, for 2 to 5 values.
const T_QUANTILES = [12.706, 4.303, 3.182, 2.776];

/** Mean of 2 to 5 figures with its 95 % t-interval, within 0 to `most`; no interval for another number of them. */
export function meanWithInterval(values: readonly number[], most = 1): Figure {
  const n = values.length;
  const value = values.reduce((sum, each) => sum + each, 0) / Math.max(1, n);
  const quantile = T_QUANTILES[n - 2];
  if (quantile === undefined) return { value, low: null, high: null };
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (n - 1);
  const reach = quantile * Math.sqrt(variance / n);
  return { value, low: Math.max(0, value - reach), high: Math.min(most, value + reach) };
}

/** Values of two methods on the same rows: right or wrong, F1, squared errors. */
export interface PairedRows {
  readonly served: Float64Array;
  readonly baseline: Float64Array;
}

export interface DifferenceOptions {
  /** From the mean of a set's values to its figure. */
  readonly finish: (mean: number) => number;
  readonly higherIsBetter: boolean;
  /** Gives numbers in [0, 1). */
  readonly uniform: () => number;
}

/**
 * Mean over the sets of how much better the served method's figure is than the baseline's, with a 95 % interval: each set's rows are
 * drawn with replacement, both methods on the same draw (paired bootstrap).
 */
export function pairedDifference(sets: readonly PairedRows[], options: DifferenceOptions): Figure {
  const { finish, higherIsBetter, uniform } = options;
  const sign = higherIsBetter ? 1 : -1;
  const filled = sets.filter(({ served }) => served.length > 0).map(describePair);
  if (filled.length === 0) return { value: 0, low: null, high: null };
  const gain = ({ served, baseline }: PairMeans): number => sign * (finish(served) - finish(baseline));
  const average = (meansOf: (pair: DescribedPair) => PairMeans): number =>
    filled.reduce((total, pair) => total + gain(meansOf(pair)), 0) / filled.length;
  const draws = Float64Array.from({ length: RESAMPLES }, () => average((pair) => drawMeans(pair, uniform))).sort();
  const at = (quantile: number): number => draws[Math.round(quantile * (RESAMPLES - 1))] ?? 0;
  return { value: average(({ means }) => means), low: at(LOWER), high: at(UPPER) };
}

/** The figure of a mean with its 95 % percentile-bootstrap interval; the same for the same values. */
export function meanWithBootstrap(values: Float64Array, finish: (mean: number) => number): Figure {
  const random = createRandom(values.length);
  const zeros = new Float64Array(values.length);
  return pairedDifference([{ served: values, baseline: zeros }], {
    finish,
    higherIsBetter: true,
    uniform: () => random.uniform(),
  });
}

interface PairMeans {
  readonly served: number;
  readonly baseline: number;
}

interface DescribedPair extends PairedRows {
  readonly means: PairMeans;
  /** Standard errors of the means, and the correlation of the rows' values. */
  readonly errors: PairMeans;
  readonly correlation: number;
}

function describePair(pair: PairedRows): DescribedPair {
  const rows = pair.served.length;
  const means = { served: averageOf(pair.served), baseline: averageOf(pair.baseline) };
  let servedSquares = 0;
  let baselineSquares = 0;
  let products = 0;
  for (let row = 0; row < rows; row++) {
    const ofServed = (pair.served[row] ?? 0) - means.served;
    const ofBaseline = (pair.baseline[row] ?? 0) - means.baseline;
    servedSquares += ofServed ** 2;
    baselineSquares += ofBaseline ** 2;
    products += ofServed * ofBaseline;
  }
  const scale = Math.sqrt(servedSquares * baselineSquares);
  const errors = { served: Math.sqrt(servedSquares) / rows, baseline: Math.sqrt(baselineSquares) / rows };
  return { ...pair, means, errors, correlation: scale === 0 ? 0 : products / scale };
}

// With more rows the mean of a draw is normal to within what 1,000 resamples can tell, and drawing rows would take minutes.
const MAX_DRAWN_ROWS = 500;

function drawMeans(pair: DescribedPair, uniform: () => number): PairMeans {
  const rows = pair.served.length;
  if (rows > MAX_DRAWN_ROWS) return drawNormalMeans(pair, uniform);
  let served = 0;
  let baseline = 0;
  for (let draw = 0; draw < rows; draw++) {
    const row = Math.floor(uniform() * rows);
    served += pair.served[row] ?? 0;
    baseline += pair.baseline[row] ?? 0;
  }
  return { served: served / rows, baseline: baseline / rows };
}

function drawNormalMeans({ means, errors, correlation }: DescribedPair, uniform: () => number): PairMeans {
  const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
  const angle = 2 * Math.PI * uniform();
  const first = radius * Math.cos(angle);
  const second = correlation * first + Math.sqrt(Math.max(0, 1 - correlation ** 2)) * radius * Math.sin(angle);
  return {
    served: Math.max(0, means.served + errors.served * first),
    baseline: Math.max(0, means.baseline + errors.baseline * second),
  };
}

function averageOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
