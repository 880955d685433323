/** How close together calls come: whether a first one may expect company. */
export interface Arrivals {
  add(nowMs: number): void;
  /** Between two calls, lately; 0 until there were two. */
  readonly gapMs: number;
}

const NEWEST_SHARE = 0.2;
// One pause says no more than this, so that the first calls after a quiet hour soon wait for each other again.
const LONGEST_GAP_MS = 50;

export function createArrivals(): Arrivals {
  let lastMs: number | null = null;
  let gapMs = 0;
  return {
    add: (nowMs) => {
      if (lastMs !== null) gapMs += NEWEST_SHARE * (Math.min(LONGEST_GAP_MS, nowMs - lastMs) - gapMs);
      lastMs = nowMs;
    },
    get gapMs() {
      return gapMs;
    },
  };
}
