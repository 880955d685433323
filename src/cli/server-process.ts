import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ServerProcess extends AsyncDisposable {
  readonly url: string;
}

export interface ServerProcessOptions {
  /** The built command line, dist/cli.mjs. */
  readonly script: string;
  /** Of `levigate start`. */
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with every line the server prints before it is ready. */
  readonly onLine: (line: string) => void;
}

const STOP_DEADLINE_MS = 30_000;

/** Runs `levigate start` as a process of its own and waits for its ready line. @throws Error when it ends before */
export async function startServerProcess({
  script,
  args = [],
  env,
  onLine,
}: ServerProcessOptions): Promise<ServerProcess> {
  const child = spawn(process.execPath, [script, 'start', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...env },
  });
  const exited = once(child, 'exit');
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      const url = /^ready (http\S+)$/.exec(line)?.[1];
      if (url) return url;
      onLine(line);
    }
    throw new Error('the server ended before it was ready: its messages stand above');
  })();
  const url = await ready;
  child.stdout.resume();
  return {
    url,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      const deadline = new AbortController();
      await Promise.race([exited, sleep(STOP_DEADLINE_MS, undefined, { signal: deadline.signal, ref: false })]).catch(
        () => undefined,
      );
      deadline.abort();
      child.kill('SIGKILL');
    },
  };
}
