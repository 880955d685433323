import type { Figure } from '../../contract/report.ts';

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

/** Mean of 2 to 5 shares with its 95 % t-interval, within 0 to 1; no interval for another number of them. */
export function meanWithInterval(values: readonly number[]): Figure {
  const n = values.length;
  const value = values.reduce((sum, each) => sum + each, 0) / Math.max(1, n);
  const quantile = T_QUANTILES[n - 2];
  if (quantile === undefined) return { value, low: null, high: null };
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (n - 1);
  const reach = quantile * Math.sqrt(variance / n);
  return { value, low: Math.max(0, value - reach), high: Math.min(1, value + reach) };
}

/** Right or wrong of two methods on the same rows. */
export interface PairedRows {
  readonly served: Uint8Array;
  readonly baseline: Uint8Array;
}

/**
 * Mean over the sets of (accuracy of served - accuracy of baseline), with a 95 % interval: each set's rows are drawn with
 * replacement, both methods on the same draw (paired bootstrap). `uniform` gives numbers in [0, 1).
 */
export function pairedDifference(sets: readonly PairedRows[], uniform: () => number): Figure {
  const differences = sets.map(({ served, baseline }) =>
    Int8Array.from(served, (value, row) => value - (baseline[row] ?? 0)),
  );
  const filled = differences.filter((difference) => difference.length > 0);
  if (filled.length === 0) return { value: 0, low: null, high: null };
  const draws = Float64Array.from({ length: RESAMPLES }, () => meanOf(filled, (set) => drawMean(set, uniform))).sort();
  const at = (quantile: number): number => draws[Math.round(quantile * (RESAMPLES - 1))] ?? 0;
  return {
    value: meanOf(filled, averageOf),
    low: at(LOWER),
    high: at(UPPER),
  };
}

// With more rows the mean of a draw is normal to within what 1,000 resamples can tell, and drawing rows would take minutes.
const MAX_DRAWN_ROWS = 500;

function drawMean(set: Int8Array, uniform: () => number): number {
  if (set.length > MAX_DRAWN_ROWS) return drawNormalMean(set, uniform);
  let total = 0;
  for (let draw = 0; draw < set.length; draw++) total += set[Math.floor(uniform() * set.length)] ?? 0;
  return total / set.length;
}

function drawNormalMean(set: Int8Array, uniform: () => number): number {
  const mean = averageOf(set);
  const squares = set.reduce((sum, value) => sum + value * value, 0) / set.length;
  const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return mean + normal * Math.sqrt((squares - mean * mean) / set.length);
}

function averageOf(set: Int8Array): number {
  return set.reduce((sum, value) => sum + value, 0) / set.length;
}

function meanOf(sets: readonly Int8Array[], measure: (set: Int8Array) => number): number {
  return sets.reduce((total, set) => total + measure(set), 0) / sets.length;
}
