import type { ComparedMethod } from '../../contract/levi.ts';
import type { Figure, Gain, ShiftKind, TargetReport } from '../../contract/report.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import { pairedDifference } from '../metrics/paired-difference.ts';
import type { DifferenceOptions, PairedRows } from '../metrics/paired-difference.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import type { Family } from '../tasks/family.ts';
import type { MeasuredMethod } from './measure-method.ts';

/** The task's figure of one method with one seed, and what it averages per row: held out, and of each shift. */
export interface SeedScore {
  readonly testRows: Float64Array;
  readonly shiftRows: readonly Float64Array[];
  readonly method: ComparedMethod;
  readonly id: number;
  /** Mean over the shifts; null without. */
  readonly ood: number | null;
}

export interface CompareOptions {
  readonly family: Family;
  readonly uniform: () => number;
  /** Of the further seeds, of the methods that depend on the seed. */
  readonly repeated: readonly SeedScore[];
  /** How many were asked for. */
  readonly seeds: number;
}

/** The two headline differences: over what people use today, and over the best baseline, that one chosen on validation loss. */
export function compareServed(
  served: MeasuredMethod,
  all: readonly MeasuredMethod[],
  options: CompareOptions,
): TargetReport['gain'] {
  const gainOver = (baseline: MeasuredMethod | undefined): Gain | null => {
    if (baseline === undefined || baseline === served) return null;
    return gainOf(served, baseline, options);
  };
  return {
    over_linear_probe: gainOver(all.find(({ report }) => report.method === 'linear_probe')),
    over_best_baseline: gainOver(bestBaseline(all)),
  };
}

function bestBaseline(all: readonly MeasuredMethod[]): MeasuredMethod | undefined {
  const isBaseline = (method: ComparedMethod): boolean => METHOD_RULES[method].isBaseline;
  return all
    .filter(({ report }) => isBaseline(report.method))
    .toSorted((a, b) => a.report.validation_loss - b.report.validation_loss)[0];
}

function gainOf(served: MeasuredMethod, baseline: MeasuredMethod, options: CompareOptions): Gain {
  const { family, uniform, repeated, seeds } = options;
  const { finish, higher_is_better: higherIsBetter, isShare } = TASK_METRICS[family];
  const difference: DifferenceOptions = { finish, higherIsBetter, isShare, uniform };
  const pair = (rowsOf: (scores: SeedRows) => Float64Array): PairedRows =>
    alongside(seedsOf(served, repeated).map(rowsOf), seedsOf(baseline, repeated).map(rowsOf));
  const files = pairsOf(served, 'file').map(({ name, at }) => ({
    name,
    rows: pair(({ shiftRows }) => shiftRows[at] ?? new Float64Array()),
  }));
  // Trained without each group once: with the first seed.
  const groups = pairsOf(served, 'group').map(({ name, at }) => ({
    name,
    rows: alongside([served.shiftRows[at] ?? new Float64Array()], [baseline.shiftRows[at] ?? new Float64Array()]),
  }));
  const over = (sets: readonly NamedPair[], resamplesSets: boolean): Figure | null =>
    sets.length === 0
      ? null
      : pairedDifference(
          sets.map(({ rows }) => rows),
          { ...difference, resamplesSets },
        );
  const alone =
    (kind: 'file' | 'group') =>
    ({ name, rows }: NamedPair): Gain['shifts'][number] => ({
      name,
      kind,
      ...pairedDifference([rows], difference),
    });
  return {
    method: baseline.report.method,
    id: pairedDifference([pair(({ testRows }) => testRows)], difference),
    ood: over(files, false),
    groups: over(groups, true),
    shifts: [...files.map(alone('file')), ...groups.map(alone('group'))],
    seeds,
  };
}

interface NamedPair {
  readonly name: string;
  readonly rows: PairedRows;
}

/** Where among the shifts those of the kind stand. */
function pairsOf(
  { report }: MeasuredMethod,
  kind: ShiftKind,
): readonly { readonly name: string; readonly at: number }[] {
  return report.shifts.flatMap((shift, at) => (shift.kind === kind ? [{ name: shift.name, at }] : []));
}

type SeedRows = Pick<SeedScore, 'testRows' | 'shiftRows'>;

const seedsOf = (measured: MeasuredMethod, repeated: readonly SeedScore[]): readonly SeedRows[] => [
  measured,
  ...repeated.filter(({ method }) => method === measured.report.method),
];

/** A method that no seed changes answers in each as in the first. */
function alongside(served: readonly Float64Array[], baseline: readonly Float64Array[]): PairedRows {
  const seeds = Math.max(served.length, baseline.length);
  const fill = (rows: readonly Float64Array[]): readonly Float64Array[] =>
    Array.from({ length: seeds }, (_, seed) => rows[seed] ?? rows[0] ?? new Float64Array());
  return { served: fill(served), baseline: fill(baseline) };
}
