import type { TrainingRecord } from '../records/training-record.ts';
import { deriveSeed } from '../derive-seed.ts';

/** Records with the label of one of several targets. */
export function labelledFor(target: string, records: readonly TrainingRecord[]): readonly TrainingRecord[] {
  return records.map((record) => ({ ...record, label: record.labels?.[target] ?? record.label }));
}

/** Of each of several targets a seed of its own. */
export const seedOfTarget = (seed: number, target: string): number => deriveSeed(seed, `target ${target}`);
