import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createActivity } from '../../../../gpu-worker/src/server/activity.ts';
import { createIdleSignal } from '../../../../gpu-worker/src/server/idle-signal.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('the idle signal', () => {
  test('fires when nothing was asked for as long as is set', () => {
    using idle = createIdleSignal([createActivity()], { afterMs: 1_000 });
    vi.advanceTimersByTime(999);
    expect(idle.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(idle.signal.aborted).toBe(true);
  });

  test('waits for what is going on, and counts from its end', () => {
    const requests = createActivity();
    const jobs = createActivity();
    using idle = createIdleSignal([requests, jobs], { afterMs: 1_000 });
    const job = jobs.begin();
    vi.advanceTimersByTime(10_000);
    job[Symbol.dispose]();
    vi.advanceTimersByTime(500);
    requests.begin()[Symbol.dispose]();
    vi.advanceTimersByTime(999);
    expect(idle.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(idle.signal.aborted).toBe(true);
  });

  test('never fires where it is not set', () => {
    using idle = createIdleSignal([createActivity()], { afterMs: 0 });
    vi.advanceTimersByTime(10_000_000);
    expect(idle.signal.aborted).toBe(false);
  });
});
