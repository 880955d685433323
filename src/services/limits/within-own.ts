import type { KeyLimits } from '../../contract/index.ts';

/** Limits that a key gives to another: a limited one gives no more than it has. */
export function withinOwn(own: KeyLimits | null, wanted: KeyLimits | null): KeyLimits | null {
  if (own === null) return wanted;
  const requests = least(own.requests_per_minute, wanted?.requests_per_minute);
  const tokens = least(own.tokens_per_minute, wanted?.tokens_per_minute);
  return {
    ...(requests === undefined ? {} : { requests_per_minute: requests }),
    ...(tokens === undefined ? {} : { tokens_per_minute: tokens }),
  };
}

/** undefined: not limited. */
function least(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
