import { LevigateError } from '../../contract/errors.ts';
import type { TrainingRecord } from '../records/training-record.ts';

/** Rows per group, in the order of first appearance; rows without a group are in none. */
export function countGroups(records: Iterable<TrainingRecord>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { group } of records) if (group !== undefined) counts.set(group, (counts.get(group) ?? 0) + 1);
  return counts;
}

/** Groups beyond these would cost a training each and change the mean little. */
export const MAX_GROUPS = 8;
/** The score of fewer rows says nothing. */
export const MIN_GROUP_ROWS = 20;

/** Those that are left out of training one at a time, the largest first, with their rows. */
export function largestGroups(groups: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return sortGroups(groups)
    .filter(([, rows]) => rows >= MIN_GROUP_ROWS)
    .slice(0, MAX_GROUPS);
}

/** The largest first, those of one size by name. */
export function sortGroups(groups: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...groups].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
}

/** Throws `invalid_training_file` unless there are two groups or more: with one, nothing would be left to learn from. */
export function assertGroups(groups: ReadonlyMap<string, number>, column: string): void {
  const [only, ...others] = groups.keys();
  if (others.length > 0) return;
  const found =
    only === undefined
      ? `no row of the training file has a "${column}". Is that the name of the column?`
      : `every row of the training file that has a "${column}" has "${only.slice(0, 40)}". To leave one group out, at least two are needed; leave levi.group_by out if there are none.`;
  throw new LevigateError('invalid_training_file', `levi.group_by: ${found}`, { param: 'levi.group_by' });
}
