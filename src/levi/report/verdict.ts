import type { Method } from '../../contract/levi.ts';
import type { Figure, Gain, Metric } from '../../contract/report.ts';

export interface VerdictInput {
  readonly served: Method;
  /** Null where the served method is the linear probe itself. */
  readonly overLinearProbe: Gain | null;
  /** Null where the served method is itself the best baseline. */
  readonly overBestBaseline: Gain | null;
  readonly shifts: number;
  readonly metric: Metric;
}

/**
 * The report's one sentence. Both headline differences or neither, "no measurable gain" when an interval holds zero, and
 * always that one seed was run: what a reader must know before believing the figure.
 */
export function writeVerdict({ served, overLinearProbe, overBestBaseline, shifts, metric }: VerdictInput): string {
  const place =
    shifts === 0
      ? 'on held-out rows of the training data'
      : `on the mean of ${shifts} ${shifts === 1 ? 'shift' : 'shifts'}`;
  const probe =
    overLinearProbe === null ? 'it is the linear probe itself' : describe(overLinearProbe, 'the linear probe', metric);
  const best =
    overBestBaseline === null
      ? 'it is the best of the baselines itself'
      : describe(overBestBaseline, `the best other baseline (${overBestBaseline.method})`, metric);
  const claims = overLinearProbe === null && overBestBaseline === null ? probe : `${probe}, and ${best}`;
  const unknown = shifts === 0 ? '; how it holds under shift cannot be measured, as no shift file was given' : '';
  return `Served ${served}: ${place}, ${claims} (95 % intervals, one seed)${unknown}.`;
}

function describe(gain: Gain, baseline: string, metric: Metric): string {
  const { value, low, high } = gain.ood ?? gain.id;
  if (low === null || high === null) return `its difference to ${baseline} cannot be measured`;
  if (low <= 0 && high >= 0) return `no measurable gain over ${baseline} (${interval({ value, low, high }, metric)})`;
  const { better, worse, format } = WORDS[metric.name];
  return `${format(Math.abs(value))} ${low > 0 ? better : worse} ${baseline} (${interval({ value, low, high }, metric)})`;
}

interface Words {
  readonly better: string;
  readonly worse: string;
  readonly format: (size: number) => string;
  /** In brackets, with a sign: above 0 is better. */
  readonly brief: (gain: number) => string;
}

const percentBrief = (gain: number): string => (100 * gain).toFixed(1);
const POINTS = { better: 'above', worse: 'below', brief: percentBrief } as const;

const WORDS = {
  accuracy: { ...POINTS, format: (size) => `${percentBrief(size)} points` },
  example_f1: { ...POINTS, format: (size) => `${percentBrief(size)} points of F1` },
  rmse: {
    better: 'less error (RMSE) than',
    worse: 'more error (RMSE) than',
    format: (size) => size.toPrecision(3),
    brief: (gain) => gain.toPrecision(3),
  },
} as const satisfies Record<Metric['name'], Words>;

function interval({ value, low, high }: Figure, { name }: Metric): string {
  const signed = (gain: number | null): string =>
    gain === null ? '?' : `${gain > 0 ? '+' : ''}${WORDS[name].brief(gain)}`;
  return `${signed(value)}, ${signed(low)} to ${signed(high)}`;
}
