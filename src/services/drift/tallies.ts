import type { ModelRow } from '../../store/queries/models.ts';
import type { Services } from '../ports.ts';

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
  /** Whether a flush must be put off now: none is, or it is long overdue and so was lost with the request that had it. */
  scheduleFlush(nowMs: number, delayMs: number): boolean;
}

/** A put-off flush that has not run after this many delays never will. */
const OVERDUE_DELAYS = 5;

const all = new WeakMap<object, Tallies>();

/** One per database connection, as every other memory of this process. */
export function talliesOf({ db }: Pick<Services, 'db'>): Tallies {
  const existing = all.get(db);
  if (existing) return existing;
  const tallies = createTallies();
  all.set(db, tallies);
  return tallies;
}

function createTallies(): Tallies {
  const byModel = new Map<string, Tally>();
  let dueMs: number | null = null;

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
      dueMs = null;
      return taken;
    },
    scheduleFlush: (nowMs, delayMs) => {
      if (byModel.size === 0) return false;
      if (dueMs !== null && nowMs < dueMs + OVERDUE_DELAYS * delayMs) return false;
      dueMs = nowMs + delayMs;
      return true;
    },
  };
}
