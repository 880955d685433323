import type { ComparedMethod } from '../../contract/levi.ts';
import type { FineTuningReport, Gain } from '../../contract/report.ts';
import { METHOD_RULES } from '../methods/method-rules.ts';
import { pairedDifference } from '../metrics/intervals.ts';
import type { MeasuredMethod } from './measure-method.ts';

/** The two headline differences: over what people use today, and over the best baseline, that one chosen on validation loss. */
export function compareServed(
  served: MeasuredMethod,
  all: readonly MeasuredMethod[],
  uniform: () => number,
): FineTuningReport['gain'] {
  const gainOver = (baseline: MeasuredMethod | undefined): Gain | null => {
    if (baseline === undefined || baseline === served) return null;
    return gainOf(served, baseline, uniform);
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

function gainOf(served: MeasuredMethod, baseline: MeasuredMethod, uniform: () => number): Gain {
  const id = [{ served: served.testCorrect, baseline: baseline.testCorrect }];
  const ood = served.shiftsCorrect.map((correct, index) => ({
    served: correct,
    baseline: baseline.shiftsCorrect[index] ?? new Uint8Array(correct.length),
  }));
  return {
    method: baseline.report.method,
    id: pairedDifference(id, uniform),
    ood: ood.length === 0 ? null : pairedDifference(ood, uniform),
  };
}
