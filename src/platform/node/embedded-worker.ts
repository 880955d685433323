import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { getLogger } from '@logtape/logtape';

const log = getLogger(['levigate', 'embedded-worker']);

export const EMBEDDED_WORKER_NAME = 'embedded';

export interface EmbeddedWorkerOptions {
  /** The built worker, gpu-worker/dist/main.mjs. */
  readonly script: string;
  readonly gatewayUrl: string;
  readonly workerToken: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const FIRST_RESTART_DELAY_MS = 500;
const MAX_RESTART_DELAY_MS = 30_000;
const HEALTHY_AFTER_MS = 60_000;
const STOP_DEADLINE_MS = 20_000;

/**
 * Runs the worker as a child and starts it again when it dies. The IPC channel is the leash: when this
 * process dies, however it dies, the channel closes and the worker exits by itself.
 */
export function startEmbeddedWorker(
  options: EmbeddedWorkerOptions,
): AsyncDisposable & { readonly pid: number | undefined } {
  let isStopping = false;
  let restartDelayMs = FIRST_RESTART_DELAY_MS;
  let restartTimer: NodeJS.Timeout | undefined;
  let child = start();

  function start(): ChildProcess {
    const startedMs = Date.now();
    const started = spawnWorker(options);
    started.on('error', (error) => log.error('the worker could not be started', { error }));
    started.on('exit', (code, signal) => {
      if (isStopping) return;
      restartDelayMs = Date.now() - startedMs > HEALTHY_AFTER_MS ? FIRST_RESTART_DELAY_MS : restartDelayMs;
      log.warn('the worker exited and is started again', { code, signal, delayMs: restartDelayMs });
      restartTimer = setTimeout(() => {
        child = start();
      }, restartDelayMs);
      restartDelayMs = Math.min(restartDelayMs * 2, MAX_RESTART_DELAY_MS);
    });
    return started;
  }

  return {
    get pid() {
      return child.pid;
    },
    async [Symbol.asyncDispose]() {
      isStopping = true;
      clearTimeout(restartTimer);
      await stop(child);
    },
  };
}

function spawnWorker({ script, gatewayUrl, workerToken, env }: EmbeddedWorkerOptions): ChildProcess {
  return spawn(process.execPath, [script], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...env,
      LEVIGATE_GATEWAY_URL: gatewayUrl,
      LEVIGATE_WORKER_TOKEN: workerToken,
      LEVIGATE_WORKER_NAME: EMBEDDED_WORKER_NAME,
      LEVIGATE_PARENT: '1',
      // A question to the gateway beside it costs next to nothing, and a new job starts at once.
      LEVIGATE_JOB_POLL_MS: env['LEVIGATE_JOB_POLL_MS'] ?? '100',
    },
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(deadline);
}
