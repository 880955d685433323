import type { ComparedMethod } from '../../contract/levi.ts';
import type { SplitMetrics } from '../../contract/report.ts';
import { measureUnderShift } from '../metrics/under-shift.ts';
import type { Question } from '../tasks/targets.ts';
import { underShiftOptions } from './measure-method.ts';
import type { MeasuredMethod } from './measure-method.ts';

/** How one method does on a group that it was trained without. */
export interface GroupMeasure {
  readonly group: string;
  readonly method: ComparedMethod;
  readonly metrics: SplitMetrics;
  /** What the task's metric averages, per row. */
  readonly rows: Float64Array;
}

/** Each method with its figures on the groups that were left out, after its shifts. */
export function joinGroups(
  measured: readonly MeasuredMethod[],
  groups: readonly GroupMeasure[],
  question: Question,
): readonly MeasuredMethod[] {
  return measured.map((each) => {
    const { report, shiftRows, testRows } = each;
    const own = groups.filter(({ method }) => method === report.method);
    const shifts = own.map(({ group, metrics }) => ({ name: group, kind: 'group' as const, ...metrics }));
    const rows = own.map((measure) => measure.rows);
    return {
      ...each,
      shiftRows: [...shiftRows, ...rows],
      report: {
        ...report,
        shifts: [...report.shifts, ...shifts],
        groups: measureUnderShift(testRows, rows, underShiftOptions(question)),
      },
    };
  });
}
