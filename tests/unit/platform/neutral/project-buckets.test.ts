import { expect, test } from 'vitest';
import { createProjectBuckets } from '../../../../src/platform/neutral/project-buckets.ts';

function create() {
  const clock = { nowMs: 1_000_000 };
  return { clock, buckets: createProjectBuckets(() => clock.nowMs) };
}
const ask = (amount: number, perMinute = 60) => ({ buckets: [{ name: 'tokens', perMinute, amount }] });

test('what it says to wait is what it takes, to the millisecond', () => {
  const { clock, buckets } = create();
  buckets.take(ask(60));
  const { refusedBy, retryAfterMs } = buckets.take(ask(7));
  expect([refusedBy, retryAfterMs]).toEqual(['tokens', 7_000]);
  clock.nowMs += 6_999;
  expect(buckets.take(ask(7)).refusedBy).toBe('tokens');
  clock.nowMs += 1;
  expect(buckets.take(ask(7)).refusedBy).toBeNull();
});

test('a bucket that is left alone is full, and holds no more than a minute', () => {
  const { clock, buckets } = create();
  buckets.take(ask(60));
  clock.nowMs += 3_600_000;
  expect(buckets.take(ask(0)).buckets).toEqual([{ name: 'tokens', limit: 60, remaining: 60, resetMs: 0 }]);
});

test('a limit that was lowered holds at once', () => {
  const { buckets } = create();
  buckets.take(ask(0, 1_000));
  expect(buckets.take(ask(0, 10)).buckets[0]?.remaining).toBe(10);
});

test('over an hour no more is granted than the limit, whatever the steps', () => {
  const { clock, buckets } = create();
  let granted = 0;
  for (let step = 0; step < 3_600 * 7; step += 1) {
    if (buckets.take(ask(1)).refusedBy === null) granted += 1;
    clock.nowMs += 1000 / 7;
  }
  expect(granted).toBeGreaterThanOrEqual(3_600);
  expect(granted).toBeLessThanOrEqual(3_660);
});

test('a request at a time that is never settled stops counting after ten minutes', () => {
  const { clock, buckets } = create();
  const begin = (id: string) => buckets.take({ buckets: [], concurrent: { max: 1, id } }).refusedBy;
  expect([begin('lost'), begin('next')]).toEqual([null, 'concurrent']);
  clock.nowMs += 600_000;
  expect(begin('next')).toBeNull();
});
