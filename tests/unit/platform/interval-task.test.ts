import { expect, test } from 'vitest';
import { startIntervalTask } from '../../../src/platform/node/interval-task.ts';

test('a stop tells the run in progress, waits for it, and none follows', async () => {
  let runs = 0;
  let isEnded = false;
  const task = startIntervalTask('test', 3_600_000, async (signal) => {
    runs += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve());
    await promise;
    isEnded = true;
  });
  task.wake();
  task.wake();
  await task[Symbol.asyncDispose]();
  expect(isEnded).toBe(true);
  task.wake();
  expect(runs).toBe(1);
});
