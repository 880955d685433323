import { getLogger } from '@logtape/logtape';

const log = getLogger(['levigate', 'clock']);

/**
 * Runs `task` every `intervalMs`, never twice at once; `wake` runs it at once (again, if it is running).
 * Disposing waits for the run in progress.
 */
export function startIntervalTask(
  name: string,
  intervalMs: number,
  task: () => Promise<void>,
): AsyncDisposable & { wake(): void } {
  let isStopped = false;
  let isAskedAgain = false;
  let running: Promise<void> | undefined;

  function wake(): void {
    if (isStopped) return;
    if (running) {
      isAskedAgain = true;
      return;
    }
    running = task()
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
      isStopped = true;
      clearInterval(timer);
      await running;
    },
  };
}
