import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { stopAtExit } from './stop-at-exit.ts';

export interface ScriptProcess extends AsyncDisposable {
  /** What it printed after `ready`; empty where it prints no such line. */
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<unknown>;
}

export interface ScriptOptions {
  /** A program and what it is given. */
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A line of its standard output that says where it listens; null: there is none, and whoever starts it finds out. */
  readonly ready?: RegExp | null;
  readonly readyWithinMs?: number;
}

const STOP_WITHIN_MS = 5_000;

/** Runs a server of the bench's own until disposed. @throws Error where it ends, or is not ready in time */
export async function startScript(options: ScriptOptions): Promise<ScriptProcess> {
  const { command, env, ready = /^ready (http\S+)$/u, readyWithinMs = 60_000 } = options;
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
  const atExit = stopAtExit(child.pid);
  const exited = once(child, 'exit').catch(() => null);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.kill('SIGTERM');
      const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await exited;
      clearTimeout(deadline);
    }
    atExit[Symbol.dispose]();
  };
  const deadline = setTimeout(() => child.kill('SIGKILL'), readyWithinMs);
  try {
    await once(child, 'spawn');
    const url = await readyUrl(child.stdout, ready);
    if (url === null || child.pid === undefined) {
      throw new Error(`${command.join(' ')} ended, or was not ready within ${readyWithinMs} ms`);
    }
    return { url, pid: child.pid, exited, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
}

async function readyUrl(output: Readable, ready: RegExp | null): Promise<string | null> {
  if (ready === null) {
    output.resume();
    return '';
  }
  const lines = createInterface({ input: output });
  for await (const line of lines) {
    const url = ready.exec(line)?.[1];
    if (url === undefined) continue;
    lines.close();
    // Closing the lines pauses what they came from; a full pipe would stop the process.
    output.resume();
    return url;
  }
  return null;
}
