import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLaterTasks } from '../../../src/platform/node/later-tasks.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('a task runs once, after its delay', async () => {
  await using later = createLaterTasks();
  let runs = 0;
  later.runLater(2_000, async () => void (runs += 1));
  await vi.advanceTimersByTimeAsync(1_999);
  expect(runs).toBe(0);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(runs).toBe(1);
});

test('closing runs what still waits and waits for what runs, failures included', async () => {
  const later = createLaterTasks();
  const ended: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  later.runLater(1, async () => {
    await promise;
    ended.push('running');
  });
  later.runLater(60_000, async () => void ended.push('waiting'));
  later.runLater(60_000, () => Promise.reject(new Error('this one fails')));
  await vi.advanceTimersByTimeAsync(1);
  const closed = later[Symbol.asyncDispose]().then(() => ended.push('closed'));
  resolve();
  await closed;
  expect(ended.toSorted()).toEqual(['closed', 'running', 'waiting']);
  expect(ended.at(-1)).toBe('closed');
});
