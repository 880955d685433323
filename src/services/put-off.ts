import type { Services } from './ports.ts';

/** A put-off task that has not run after this many delays never will: it was lost with the request that had it. */
const OVERDUE_DELAYS = 5;

/** Does a task a moment later, once for all that ask until then, so that what was gathered meanwhile is written at once and nobody waits. */
export type PutOff = (services: Pick<Services, 'clock' | 'runLater'>, task: () => Promise<void>) => void;

export function createPutOff(delayMs: number): PutOff {
  let dueMs: number | null = null;
  return ({ clock, runLater }, task) => {
    const nowMs = clock.nowMs();
    if (dueMs !== null && nowMs < dueMs + OVERDUE_DELAYS * delayMs) return;
    dueMs = nowMs + delayMs;
    runLater(delayMs, () => {
      dueMs = null;
      return task();
    });
  };
}
