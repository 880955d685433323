import { getLogger } from '@logtape/logtape';

const log = getLogger(['levigate', 'clock']);

/**
 * Runs `task` every `intervalMs`, never twice at once; `wake` runs it at once (again, if it is running).
 * Disposing aborts the signal of the run in progress and waits for it.
 */
export function startIntervalTask(
  name: string,
  intervalMs: number,
  task: (signal: AbortSignal) => Promise<void>,
): AsyncDisposable & { wake(): void } {
  const stopped = new AbortController();
  let isAskedAgain = false;
  let running: Promise<void> | undefined;

  function wake(): void {
    if (stopped.signal.aborted) return;
    if (running) {
      isAskedAgain = true;
      return;
    }
    running = task(stopped.signal)
      .catch((error: unknown) => log.error('a periodic task failed', { name, error }))
      .finally(() => {
        running = undefined;
        if (!isAskedAgain) return;
        isAskedAgain = false;
        wake();
      });
  }

  const timer = setInterval(wake, intervalMs);
  return {
    wake,
    async [Symbol.asyncDispose]() {
      stopped.abort();
      clearInterval(timer);
      await running;
    },
  };
}
