import { afterEach, expect, test, vi } from 'vitest';
import { createPace } from '../../../src/levi/fine-tune/create-pace.ts';

afterEach(() => vi.useRealTimers());

test('is due once an interval has passed since it last was', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const isDue = createPace(2_000);
  expect(isDue()).toBe(false);
  vi.advanceTimersByTime(2_000);
  expect([isDue(), isDue()]).toEqual([true, false]);
});

test('is always due without an interval', () => {
  const isDue = createPace(0);
  expect([isDue(), isDue()]).toEqual([true, true]);
});
