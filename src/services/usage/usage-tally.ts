import { perDatabase } from '../per-database.ts';
import { createPutOff } from '../put-off.ts';
import type { PutOff } from '../put-off.ts';

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
  readonly putOffFlush: PutOff;
}

/** Bounds what a killed gateway loses, and how often a busy one writes. */
const FLUSH_MS = 2_000;

/** Usage that is not written yet. */
export const usageTallyOf = perDatabase<UsageTally>(() => {
  const entries = new Map<string, UsageEntry>();
  return {
    add(entry) {
      const key = `${entry.projectId} ${entry.day} ${entry.model}`;
      const sum = entries.get(key);
      entries.set(key, sum ? addUsage(sum, entry) : entry);
    },
    take() {
      const taken = [...entries.values()];
      entries.clear();
      return taken;
    },
    putOffFlush: createPutOff(FLUSH_MS),
  };
});

const addUsage = <Entry extends UsageCount>(sum: Entry, more: UsageCount): Entry => ({
  ...sum,
  requests: sum.requests + more.requests,
  inputs: sum.inputs + more.inputs,
  inputTokens: sum.inputTokens + more.inputTokens,
  cachedTokens: sum.cachedTokens + more.cachedTokens,
});
