export interface Spread {
  readonly median: number;
  readonly min: number;
  /** Tenth and ninetieth percentile. */
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** @throws Error where nothing was measured */
export function spreadOf(values: readonly number[]): Spread {
  const at = quantiles(values);
  return { median: at(0.5), min: at(0), low: at(0.1), high: at(0.9), count: values.length };
}

/** The value below which a share of them lies, between two of them where it falls there. @throws Error where there is none, or one that is no number */
export function quantiles(values: readonly number[]): (share: number) => number {
  if (values.length === 0 || !values.every(Number.isFinite)) throw new Error('nothing was measured');
  const sorted = values.toSorted((a, b) => a - b);
  return (share) => {
    const place = share * (sorted.length - 1);
    const [below = Number.NaN, above = Number.NaN] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place - Math.floor(place));
  };
}

export function formatSpread({ median, min, low, high }: Spread, unit: string): string {
  return `${short(median)} ${unit} (min ${short(min)}, ${short(low)} to ${short(high)})`;
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 0.01 || size === 0 ? value.toFixed(2) : value.toExponential(1);
}
