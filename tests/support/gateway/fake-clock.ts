import type { Clock } from '../../../src/services/ports.ts';

const START_MS = Date.UTC(2026, 10, 1);

/** A clock that stands until it is told. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

export function createFakeClock(startMs = START_MS): FakeClock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
