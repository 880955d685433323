import type { ModelRow } from '../../store/queries/models.ts';
import { perDatabase } from '../per-database.ts';
import { createPutOff } from '../put-off.ts';
import type { PutOff } from '../put-off.ts';

export interface Tally {
  readonly model: ModelRow;
  rows: number;
  shiftSum: number;
  readonly labels: Map<string, number>;
}

export interface Tallies {
  add(model: ModelRow, prediction: { readonly shift: number; readonly label: string | null }): void;
  /** What was added since, which is then no longer here. */
  take(): Tally[];
  /** Puts back what could not be written. */
  restore(tally: Tally): void;
  readonly putOffFlush: PutOff;
}

/** Bounds what a killed gateway loses, and how often a busy model writes. */
const FLUSH_MS = 2_000;

/** Predictions that are not written yet. */
export const talliesOf = perDatabase<Tallies>(() => {
  const byModel = new Map<string, Tally>();

  function merge({ model, rows, shiftSum, labels }: Tally): void {
    const tally = byModel.get(model.id) ?? { model, rows: 0, shiftSum: 0, labels: new Map<string, number>() };
    byModel.set(model.id, tally);
    tally.rows += rows;
    tally.shiftSum += shiftSum;
    for (const [label, count] of labels) tally.labels.set(label, (tally.labels.get(label) ?? 0) + count);
  }

  return {
    add: (model, { shift, label }) =>
      merge({ model, rows: 1, shiftSum: shift, labels: new Map(label === null ? [] : [[label, 1]]) }),
    restore: merge,
    take: () => {
      const taken = [...byModel.values()];
      byModel.clear();
      return taken;
    },
    putOffFlush: createPutOff(FLUSH_MS),
  };
});
