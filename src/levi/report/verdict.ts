import type { Method } from '../../contract/levi.ts';
import type { Figure, Gain, Metric } from '../../contract/report.ts';

export interface VerdictInput {
  readonly served: Method;
  /** Null where the served method is the linear probe itself. */
  readonly overLinearProbe: Gain | null;
  /** Null where the served method is itself the best baseline. */
  readonly overBestBaseline: Gain | null;
  /** Shift files, and groups that were left out of training. */
  readonly shifts: number;
  readonly groups: number;
  /** Reported on: of all files, else of all groups, else held out. */
  readonly rows: number;
  readonly seeds: number;
  readonly metric: Metric;
}

/**
 * The report's one sentence, for a reader who looks for overstatement. Both headline differences, "no measurable gain" when an interval
 * holds zero; where a mean over shifts hides one that got worse, or a gain under shift is none on held-out rows, that as well; and
 * on how many rows and seeds it rests.
 */
export function writeVerdict(input: VerdictInput): string {
  const { served, overLinearProbe, overBestBaseline, shifts, groups, rows, seeds, metric } = input;
  const probe =
    overLinearProbe === null ? 'it is the linear probe itself' : describe(overLinearProbe, 'the linear probe', metric);
  const best =
    overBestBaseline === null
      ? 'it is the best of the baselines itself'
      : describe(overBestBaseline, `the best other baseline (${overBestBaseline.method})`, metric);
  const claims = isSame(overLinearProbe, overBestBaseline)
    ? probeOnly(probe, overLinearProbe)
    : `${probe}, and ${best}`;
  const but = [overLinearProbe, overBestBaseline].flatMap((gain, index) =>
    gain === null || (index === 1 && gain.method === overLinearProbe?.method) ? [] : caveats(gain, metric),
  );
  const basis = `${rows} rows, ${seeds === 1 ? 'one seed: another may differ by a point' : `${seeds} seeds`}`;
  const unknown = shifts + groups === 0 ? ['how it holds under shift cannot be measured, as no shift was given'] : [];
  return `Served ${served}: ${[`${placeOf(input)}, ${claims} (95 % intervals; ${basis})`, ...but, ...unknown].join('; ')}.`;
}

function placeOf({ shifts, groups }: VerdictInput): string {
  if (shifts > 0) return `on the mean of ${shifts} ${shifts === 1 ? 'shift' : 'shifts'}`;
  if (groups > 0) return `on the mean of ${groups} ${groups === 1 ? 'group' : 'groups'} left out of training`;
  return 'on held-out rows of the training data';
}

/** Both are null, or both of one method: then one of the two says it all. */
const isSame = (probe: Gain | null, best: Gain | null): boolean => probe?.method === best?.method;

const probeOnly = (probe: string, gain: Gain | null): string =>
  gain === null ? probe : `${probe}, which is the best other baseline, too`;

function describe(gain: Gain, baseline: string, metric: Metric): string {
  return describeFigure(gain.ood ?? gain.groups ?? gain.id, baseline, metric);
}

function describeFigure({ value, low, high }: Figure, baseline: string, metric: Metric): string {
  if (low === null || high === null) return `its difference to ${baseline} cannot be measured`;
  if (low <= 0 && high >= 0) return `no measurable gain over ${baseline} (${interval({ value, low, high }, metric)})`;
  const { better, worse, format } = WORDS[metric.name];
  return `${format(Math.abs(value))} ${low > 0 ? better : worse} ${baseline} (${interval({ value, low, high }, metric)})`;
}

/** What the mean over the shifts does not say: its worst part, and the other side of a trade. */
function caveats(gain: Gain, metric: Metric): readonly string[] {
  const { id, method } = gain;
  const ood = gain.ood ?? gain.groups;
  if (ood === null) return [];
  const shifts = gain.shifts.filter(({ kind }) => kind === (gain.ood === null ? 'group' : 'file'));
  const [worst] = shifts.toSorted((a, b) => a.value - b.value);
  const isHidden = worst !== undefined && shifts.length > 1 && worst.value < 0;
  const isClaimed = (ood.low ?? 0) > 0;
  return [
    ...(isHidden ? [`on ${worst.name}, the worst of them, ${describeFigure(worst, method, metric)}`] : []),
    ...((id.low ?? 0) > 0 || !(isClaimed || (id.high ?? 0) < 0)
      ? []
      : [`on held-out rows of the training data, ${describeFigure(id, method, metric)}`]),
  ];
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
