import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Deployment } from './deployment.ts';
import { reasonOf } from './wrangler-reason.ts';

export interface WranglerAnswer {
  readonly isOk: boolean;
  readonly stdout: string;
  /** The reason on one line where it failed. */
  readonly reason: string;
}

/** Wrangler with the file and the environment of one deployment; it asks nothing, and what it prints is kept. */
export interface Wrangler {
  /** Rejects when there is no wrangler to run. */
  run(...args: readonly string[]): Promise<WranglerAnswer>;
  /** @throws Error with wrangler's own reason */
  runOrThrow(...args: readonly string[]): Promise<string>;
}

const DEADLINE_MS = 120_000;

export function createWrangler({ path, folder, environment }: Deployment): Wrangler {
  // An empty name is how wrangler is told that the top level is meant, and no environment forgotten.
  const target = ['--config', path, `--env=${environment ?? ''}`];
  const run: Wrangler['run'] = async (...args) => {
    const child = spawn('wrangler', [...args, ...target], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: DEADLINE_MS,
      env: {
        ...process.env,
        WRANGLER_SEND_METRICS: 'false',
        // The one of the repository, where no other is on the path.
        PATH: [process.env['PATH'] ?? '', join(folder, 'node_modules/.bin')].join(delimiter),
      },
    });
    const [closed, stdout, stderr] = await Promise.all([
      once(child, 'close').catch(explainMissing),
      text(child.stdout),
      text(child.stderr),
    ]);
    const [code] = closed;
    return { isOk: code === 0, stdout, reason: reasonOf(stdout, stderr) };
  };
  return {
    run,
    async runOrThrow(...args) {
      const { isOk, stdout, reason } = await run(...args);
      if (isOk) return stdout;
      throw new Error(`wrangler ${args.join(' ')}: ${reason}`);
    },
  };
}

function explainMissing(cause: unknown): never {
  throw new Error('wrangler cannot be started: run "npm ci" in the repository, which brings it', { cause });
}
