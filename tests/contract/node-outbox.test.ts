import { setImmediate } from 'node:timers/promises';
import { openNodeDatabase } from '../../src/platform/node/database.ts';
import { startIntervalTask } from '../../src/platform/node/interval-task.ts';
import { describeOutbox } from './outbox.ts';
import type { OpenOutbox } from './outbox.ts';

const MIGRATIONS = new URL('../../migrations', import.meta.url).pathname;
/** The test is the interval. */
const NEVER_MS = 2 ** 31 - 1;

const start: OpenOutbox['start'] = ({ clock, run }) => {
  const running = new Set<Promise<unknown>>();
  const task = startIntervalTask('outbox', NEVER_MS, async () => {
    const look = run().finally(() => running.delete(look));
    running.add(look);
    await look;
  });
  // A look may have been asked for again while one ran.
  async function idle(): Promise<void> {
    do {
      await Promise.allSettled(running);
      await setImmediate();
    } while (running.size > 0);
  }
  const look = async (): Promise<void> => {
    task.wake();
    await idle();
  };
  return {
    wake: () => task.wake(),
    runUntil: async (nowMs) => {
      clock.set(nowMs);
      await look();
    },
    tick: look,
    // It knows nothing of the future.
    lose: idle,
    [Symbol.asyncDispose]: () => task[Symbol.asyncDispose](),
  };
};

describeOutbox('node', async () => {
  const opened = await openNodeDatabase(':memory:', MIGRATIONS);
  return { db: opened.db, start, [Symbol.asyncDispose]: async () => opened[Symbol.dispose]() };
});
