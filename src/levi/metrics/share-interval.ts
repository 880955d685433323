import type { Figure } from '../../contract/report.ts';

const TAIL = 0.025;
const BISECTIONS = 40;
const NEGLIGIBLE = 1e-12;
// Beyond it the binomial is so near its normal form that both agree in the fourth digit.
const MAX_EXACT = 5_000;
const Z = 1.959964;

/** The share of ones, with the interval below. */
export function shareWithInterval(ones: ArrayLike<number>): Figure {
  let count = 0;
  for (let row = 0; row < ones.length; row++) count += ones[row] ?? 0;
  return shareInterval(count, ones.length);
}

/**
 * `count` of `n` as a share, with its 95 % mid-P interval: the shares at which so many, or more, would be seen with a probability of at least
 * 2.5 %, the count itself weighed half (Lancaster 1961; Agresti & Gottard 2005). Unlike a bootstrap it has a width at 0 and at 100 %, and
 * it covers 91 % or more at every share and size, and 95 % or more on average; Wilson's falls to 84 % close to 100 %.
 */
export function shareInterval(count: number, n: number): Figure {
  if (n === 0) return { value: 0, low: null, high: null };
  const value = count / n;
  if (n > MAX_EXACT) return { value, ...wilson(count, n) };
  return { value, low: 1 - upperBound(n - count, n), high: upperBound(count, n) };
}

/** The largest share at which `count` of `n`, or fewer, is seen often enough. */
function upperBound(count: number, n: number): number {
  if (count === n) return 1;
  const logChoose = logBinomial(n, count);
  // Below the share that was seen, `count` or fewer is never rare; above it, `count` is the likeliest of them.
  let [low, high] = [count / n, 1];
  for (let step = 0; step < BISECTIONS; step++) {
    const share = (low + high) / 2;
    const first = Math.exp(logChoose + (count === 0 ? 0 : count * Math.log(share)) + (n - count) * Math.log1p(-share));
    if (midTail(first, { count, n, odds: (1 - share) / share }) < TAIL) high = share;
    else low = share;
  }
  return (low + high) / 2;
}

/** P(fewer than `count`) + P(exactly `count`) / 2, from the latter probability. */
function midTail(
  exactly: number,
  { count, n, odds }: { readonly count: number; readonly n: number; readonly odds: number },
): number {
  let term = exactly;
  let total = term / 2;
  for (let fewer = count - 1; fewer >= 0 && term > total * NEGLIGIBLE; fewer--) {
    term *= ((fewer + 1) / (n - fewer)) * odds;
    total += term;
  }
  return total;
}

/** Of n over `count`. */
function logBinomial(n: number, count: number): number {
  let sum = 0;
  for (let index = 1; index <= Math.min(count, n - count); index++) sum += Math.log((n - index + 1) / index);
  return sum;
}

/** Wilson (1927). */
function wilson(count: number, n: number): Pick<Figure, 'low' | 'high'> {
  const value = count / n;
  const shrink = 1 + Z ** 2 / n;
  const center = (value + Z ** 2 / (2 * n)) / shrink;
  const reach = (Z * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n * n))) / shrink;
  return { low: Math.max(0, center - reach), high: Math.min(1, center + reach) };
}
