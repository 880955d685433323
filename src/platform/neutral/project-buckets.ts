import type { BucketAsk, BucketState, SettleRequest, TakeAnswer, TakeRequest } from '../../services/ports.ts';

const MINUTE_MS = 60_000;
/** A request that was never settled: its process died. */
const CONCURRENT_FOR_MS = 10 * MINUTE_MS;
/** A suggestion only: nobody knows when a request ends. */
const RETRY_CONCURRENT_MS = 1_000;
/** More than the keys of a project; the bucket unused for longest is full again anyhow. */
const MAX_BUCKETS = 4_096;

interface Bucket {
  /** May be below 0: what was used without asking. */
  level: number;
  atMs: number;
}

/** One project's buckets in memory: token buckets that hold a minute's worth and refill steadily. */
export interface ProjectBuckets {
  take(request: TakeRequest): TakeAnswer;
  settle(change: SettleRequest): void;
}

export function createProjectBuckets(nowMs: () => number): ProjectBuckets {
  const buckets = new Map<string, Bucket>();
  const concurrent = new Map<string, number>();

  function fill({ name, perMinute }: BucketAsk, now: number): Bucket {
    const found = buckets.get(name) ?? { level: perMinute, atMs: now };
    found.level = Math.min(perMinute, found.level + ((now - found.atMs) * perMinute) / MINUTE_MS);
    found.atMs = now;
    // Deleted and set again: a Map keeps the order of insertion.
    buckets.delete(name);
    buckets.set(name, found);
    const [oldest] = buckets.keys();
    if (buckets.size > MAX_BUCKETS && oldest !== undefined) buckets.delete(oldest);
    return found;
  }

  function isFull(max: number, now: number): boolean {
    // In order of their beginning, so the first that still counts ends the search.
    for (const [id, endMs] of concurrent) {
      if (endMs > now) break;
      concurrent.delete(id);
    }
    return concurrent.size >= max;
  }

  return {
    take({ buckets: asked, concurrent: one }) {
      const now = nowMs();
      const filled = asked.map((ask) => ({ ask, bucket: fill(ask, now) }));
      const waits = filled.map(({ ask, bucket }) => ({ name: ask.name, waitMs: waitFor(ask, bucket) }));
      const [longest] = waits.filter(({ waitMs }) => waitMs > 0).toSorted((a, b) => b.waitMs - a.waitMs);
      const states = () => filled.map(({ ask, bucket }) => toState(ask, bucket));
      if (longest) return { refusedBy: longest.name, retryAfterMs: longest.waitMs, buckets: states() };
      if (one && isFull(one.max, now)) {
        return { refusedBy: 'concurrent', retryAfterMs: RETRY_CONCURRENT_MS, buckets: states() };
      }
      for (const { ask, bucket } of filled) bucket.level -= ask.amount;
      if (one) concurrent.set(one.id, now + CONCURRENT_FOR_MS);
      return { refusedBy: null, retryAfterMs: 0, buckets: states() };
    },
    settle({ buckets: changed = [], concurrentId }) {
      const now = nowMs();
      for (const ask of changed) {
        const bucket = fill(ask, now);
        bucket.level = Math.min(ask.perMinute, bucket.level - ask.amount);
      }
      if (concurrentId !== undefined) concurrent.delete(concurrentId);
    },
  };
}

/** 0 when there is enough. */
function waitFor({ perMinute, amount }: BucketAsk, { level }: Bucket): number {
  const lacking = Math.min(amount, perMinute) - level;
  // A difference of rounding is none: what takes less than a microsecond to refill is there.
  return lacking * MINUTE_MS <= perMinute * 0.001 ? 0 : Math.ceil((lacking * MINUTE_MS) / perMinute);
}

const toState = ({ name, perMinute }: BucketAsk, { level }: Bucket): BucketState => ({
  name,
  limit: perMinute,
  remaining: Math.max(0, Math.floor(level + 1e-9)),
  resetMs: Math.ceil(((perMinute - level) * MINUTE_MS) / perMinute),
});
