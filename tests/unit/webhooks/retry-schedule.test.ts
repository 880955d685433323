import { assert, double, integer, property } from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_ATTEMPTS, parseRetryAfter, waitAfter } from '../../../src/services/webhooks/retry-schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test('waits as published: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, then gives up', () => {
  const waits = Array.from({ length: MAX_ATTEMPTS }, (_, index) =>
    waitAfter({ attempts: index + 1, retryAfterMs: null }, () => 0),
  );
  expect(waits).toEqual([
    5_000,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
    null,
  ]);
});

test('adds a tenth at most', () => {
  assert(
    property(
      integer({ min: 1, max: MAX_ATTEMPTS - 1 }),
      double({ min: 0, max: 1, noNaN: true }),
      (attempts, random) => {
        const least = waitAfter({ attempts, retryAfterMs: null }, () => 0) ?? NaN;
        const wait = waitAfter({ attempts, retryAfterMs: null }, () => random) ?? NaN;
        expect(wait).toBeGreaterThanOrEqual(least);
        expect(wait).toBeLessThanOrEqual(least * 1.1 + 1);
      },
    ),
  );
});

test('waits as long as the receiver asks, a day at most, and never shorter than the schedule', () => {
  const wait = (retryAfterMs: number, attempts = 1) => waitAfter({ attempts, retryAfterMs }, () => 0);
  expect(wait(60_000)).toBe(60_000);
  expect(wait(1_000)).toBe(5_000);
  expect(wait(365 * 24 * HOUR)).toBe(24 * HOUR);
  expect(wait(60_000, MAX_ATTEMPTS)).toBeNull();
});

const NOW_MS = Date.UTC(2026, 10, 1);

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  [new Date(NOW_MS + 90_000).toUTCString(), 90_000],
  [new Date(NOW_MS - 90_000).toUTCString(), 0],
  ['soon', null],
  ['', null],
  ['-5x', null],
  [null, null],
])('reads Retry-After %j as %j ms', (header, expected) => {
  expect(parseRetryAfter(header, NOW_MS)).toBe(expected);
});
