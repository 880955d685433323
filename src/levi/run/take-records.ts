import type { TrainingRecord } from '../records/training-record.ts';

/** The given rows' records, in the given order. */
export function takeRecords(
  set: { readonly records: readonly TrainingRecord[] },
  rows: Int32Array,
): readonly TrainingRecord[] {
  return Array.from(rows, (row) => {
    const record = set.records[row];
    if (record === undefined) throw new Error('internal: a row outside of its file');
    return record;
  });
}
