import type { Admission } from '../services/limits/admission.ts';

/** What a caller has left, in OpenAI's headers; none without limits. */
export function rateLimitHeaders({ states }: Admission): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [resource, { limit, remaining, resetMs }] of states) {
    headers[`x-ratelimit-limit-${resource}`] = String(limit);
    headers[`x-ratelimit-remaining-${resource}`] = String(remaining);
    headers[`x-ratelimit-reset-${resource}`] = toDuration(resetMs);
  }
  return headers;
}

/** As OpenAI writes them: `12ms`, `1.5s`, `6m0s`. */
function toDuration(ms: number): string {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 10) / 100;
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  return `${minutes}m${Math.ceil(seconds - minutes * 60)}s`;
}
