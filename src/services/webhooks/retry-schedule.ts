const S = 1_000;
const MINUTE = 60 * S;
const HOUR = 60 * MINUTE;

/** What Standard Webhooks proposes: the wait before each attempt, the first at once. Three days in all. */
const WAITS_MS = [
  0,
  5 * S,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;
const JITTER = 0.1;
const MAX_RETRY_AFTER_MS = 24 * HOUR;

export const MAX_ATTEMPTS = WAITS_MS.length;

export interface FailedAttempt {
  /** How many attempts there were, this one included. */
  readonly attempts: number;
  /** What the receiver asked for, if it did. */
  readonly retryAfterMs: number | null;
}

/**
 * How long to wait after a failure: the schedule's step or what the receiver asked for (a day at most), whichever is
 * longer, and up to a tenth more so that what failed together does not come back together.
 * @returns null when all attempts are used up
 */
export function waitAfter(
  { attempts, retryAfterMs }: FailedAttempt,
  random: () => number = Math.random,
): number | null {
  const step = WAITS_MS[attempts];
  if (step === undefined) return null;
  const wait = Math.max(step, Math.min(retryAfterMs ?? 0, MAX_RETRY_AFTER_MS));
  return Math.round(wait * (1 + JITTER * random()));
}

/** `Retry-After` in either of its forms, seconds or an HTTP date. @returns null for anything else */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * S;
  const dateMs = Date.parse(header);
  return Number.isNaN(dateMs) ? null : Math.max(0, dateMs - nowMs);
}
