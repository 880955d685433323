import type { LabelledFeatures } from './events.ts';

/** The given rows' records, in the given order. */
export function takeRecords(set: LabelledFeatures, rows: Int32Array): LabelledFeatures['records'] {
  return Array.from(rows, (row) => {
    const record = set.records[row];
    if (record === undefined) throw new Error('internal: a row outside of its file');
    return record;
  });
}
