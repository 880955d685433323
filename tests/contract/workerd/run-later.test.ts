import { runAfter } from '../../../src/platform/cloudflare/run-after.ts';
import { describeRunLater } from '../run-later.ts';

describeRunLater('workerd', async () => {
  // As `waitUntil` keeps them.
  const kept: Promise<void>[] = [];
  const settle = async (): Promise<void> => {
    for (let next = kept.shift(); next; next = kept.shift()) await next;
  };
  return {
    runLater: (delayMs, task) => void kept.push(runAfter(delayMs, task)),
    clock: { nowMs: () => Date.now() },
    settle,
    [Symbol.asyncDispose]: settle,
  };
});
