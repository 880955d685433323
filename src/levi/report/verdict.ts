import type { Method } from '../../contract/levi.ts';
import type { Figure, Gain } from '../../contract/report.ts';

export interface VerdictInput {
  readonly served: Method;
  /** Null where the served method is the linear probe itself. */
  readonly overLinearProbe: Gain | null;
  /** Null where the served method is itself the best baseline. */
  readonly overBestBaseline: Gain | null;
  readonly shifts: number;
}

/**
 * The report's one sentence. Both headline differences or neither, "no measurable gain" when an interval holds zero, and
 * always that one seed was run: what a reader must know before believing the figure.
 */
export function writeVerdict({ served, overLinearProbe, overBestBaseline, shifts }: VerdictInput): string {
  const place =
    shifts === 0
      ? 'on held-out rows of the training data'
      : `on the mean of ${shifts} ${shifts === 1 ? 'shift' : 'shifts'}`;
  const probe =
    overLinearProbe === null ? 'it is the linear probe itself' : describe(overLinearProbe, 'the linear probe');
  const best =
    overBestBaseline === null
      ? 'it is the best of the baselines itself'
      : describe(overBestBaseline, `the best other baseline (${overBestBaseline.method})`);
  const claims = overLinearProbe === null && overBestBaseline === null ? probe : `${probe}, and ${best}`;
  const unknown = shifts === 0 ? '; how it holds under shift cannot be measured, as no shift file was given' : '';
  return `Served ${served}: ${place}, ${claims} (95 % intervals, one seed)${unknown}.`;
}

function describe(gain: Gain, baseline: string): string {
  const { value, low, high } = gain.ood ?? gain.id;
  if (low === null || high === null) return `its difference to ${baseline} cannot be measured`;
  if (low <= 0 && high >= 0) return `no measurable gain over ${baseline} (${points({ value, low, high })})`;
  const side = low > 0 ? 'above' : 'below';
  return `${Math.abs(value * 100).toFixed(1)} points ${side} ${baseline} (${points({ value, low, high })})`;
}

function points({ value, low, high }: Figure): string {
  const signed = (share: number | null): string =>
    share === null ? '?' : `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)}`;
  return `${signed(value)}, ${signed(low)} to ${signed(high)}`;
}
