import { getLogger } from '@logtape/logtape';

const log = getLogger(['levigate', 'clock']);

export interface LaterTasks extends AsyncDisposable {
  readonly runLater: (delayMs: number, task: () => Promise<void>) => void;
}

/** Tasks put off by a timer that keeps no process alive. Disposing runs those that still wait, at once, and waits for all. */
export function createLaterTasks(): LaterTasks {
  const waiting = new Map<NodeJS.Timeout, () => Promise<void>>();
  const running = new Set<Promise<void>>();

  function run(timer: NodeJS.Timeout): void {
    const task = waiting.get(timer);
    waiting.delete(timer);
    clearTimeout(timer);
    if (!task) return;
    const done = task()
      .catch((error: unknown) => log.error('a task that was put off failed', { error }))
      .finally(() => running.delete(done));
    running.add(done);
  }

  return {
    runLater: (delayMs, task) => {
      const timer: NodeJS.Timeout = setTimeout(() => run(timer), delayMs).unref();
      waiting.set(timer, task);
    },
    async [Symbol.asyncDispose]() {
      for (const timer of waiting.keys()) run(timer);
      await Promise.all(running);
    },
  };
}
