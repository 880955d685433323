import type { ComparedMethod } from '../../contract/levi.ts';
import type { Gain, TargetReport } from '../../contract/report.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import { pairedDifference } from '../metrics/intervals.ts';
import type { DifferenceOptions } from '../metrics/intervals.ts';
import { TASK_METRICS } from '../metrics/task-metric.ts';
import type { Family } from '../tasks/family.ts';
import type { MeasuredMethod } from './measure-method.ts';

/** The two headline differences: over what people use today, and over the best baseline, that one chosen on validation loss. */
export function compareServed(
  served: MeasuredMethod,
  all: readonly MeasuredMethod[],
  { family, uniform }: { readonly family: Family; readonly uniform: () => number },
): TargetReport['gain'] {
  const { finish, higher_is_better: higherIsBetter } = TASK_METRICS[family];
  const options = { finish, higherIsBetter, uniform };
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

function gainOf(served: MeasuredMethod, baseline: MeasuredMethod, options: DifferenceOptions): Gain {
  const id = [{ served: served.testRows, baseline: baseline.testRows }];
  const ood = served.shiftRows.map((rows, index) => ({
    served: rows,
    baseline: baseline.shiftRows[index] ?? new Float64Array(rows.length),
  }));
  return {
    method: baseline.report.method,
    id: pairedDifference(id, options),
    ood: ood.length === 0 ? null : pairedDifference(ood, options),
  };
}
