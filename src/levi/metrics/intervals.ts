import type { Figure } from '../../contract/report.ts';

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
