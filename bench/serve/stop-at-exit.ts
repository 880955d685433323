import { rmSync } from 'node:fs';

const pids = new Set<number>();
const folders = new Set<string>();
let isWatching = false;

/** Ends a process when this one ends before it was stopped: by an error, Ctrl-C or a signal. */
export function stopAtExit(pid: number | undefined): Disposable {
  watch();
  if (pid !== undefined) pids.add(pid);
  return { [Symbol.dispose]: () => void (pid !== undefined && pids.delete(pid)) };
}

/** Likewise removes a folder. */
export function removeAtExit(path: string): Disposable {
  watch();
  folders.add(path);
  return { [Symbol.dispose]: () => void folders.delete(path) };
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
  process.once('exit', () => {
    // Not asked: nobody is left to wait. A gateway's worker and its device end with the channel to it.
    for (const pid of pids) kill(pid);
    for (const path of folders) rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
