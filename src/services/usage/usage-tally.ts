import { perDatabase } from '../per-database.ts';

export interface UsageCount {
  readonly requests: number;
  readonly inputs: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
}

/** As the row it becomes part of. */
export interface UsageEntry extends UsageCount {
  readonly projectId: string;
  /** Days since 1970. */
  readonly day: number;
  readonly model: string;
}

export interface UsageTally {
  add(entry: UsageEntry): void;
  /** What was added since, which is then no longer here. */
  take(): UsageEntry[];
  /** Whether a flush must be put off now: none is, or it is long overdue and so was lost with the request that had it. */
  scheduleFlush(nowMs: number, delayMs: number): boolean;
}

/** A put-off flush that has not run after this many delays never will. */
const OVERDUE_DELAYS = 5;

/** Usage that is not written yet. */
export const usageTallyOf = perDatabase<UsageTally>(() => {
  const entries = new Map<string, UsageEntry>();
  let dueMs: number | null = null;
  return {
    add(entry) {
      const key = `${entry.projectId} ${entry.day} ${entry.model}`;
      const sum = entries.get(key);
      entries.set(key, sum ? addUsage(sum, entry) : entry);
    },
    take() {
      const taken = [...entries.values()];
      entries.clear();
      dueMs = null;
      return taken;
    },
    scheduleFlush(nowMs, delayMs) {
      if (entries.size === 0 || (dueMs !== null && nowMs < dueMs + OVERDUE_DELAYS * delayMs)) return false;
      dueMs = nowMs + delayMs;
      return true;
    },
  };
});

const addUsage = <Entry extends UsageCount>(sum: Entry, more: UsageCount): Entry => ({
  ...sum,
  requests: sum.requests + more.requests,
  inputs: sum.inputs + more.inputs,
  inputTokens: sum.inputTokens + more.inputTokens,
  cachedTokens: sum.cachedTokens + more.cachedTokens,
});
