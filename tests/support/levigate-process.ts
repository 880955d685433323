import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Levigate } from '../../src/sdk/index.ts';

const CLI = join(import.meta.dirname, '../../dist/cli.mjs');
const READY_DEADLINE_MS = 240_000;

export const isBuilt = (): boolean => existsSync(CLI);

export interface LevigateProcess extends AsyncDisposable {
  readonly url: string;
  /** Of the gateway. */
  readonly pid: number;
  readonly client: Levigate;
  /** What a terminal sends on Ctrl-C, and the end of it all. */
  interrupt(): Promise<void>;
  /** SIGKILL to the gateway process. */
  killGateway(): Promise<void>;
  /** SIGKILL to the worker's API process, the gateway's child. @returns the pid killed */
  killWorker(): Promise<number>;
}

export interface DataFolder extends AsyncDisposable {
  readonly path: string;
}

export async function createDataFolder(): Promise<DataFolder> {
  const path = await mkdtemp(join(tmpdir(), 'levigate-e2e-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

interface StartOptions {
  /** Of `levigate start`. */
  readonly args?: readonly string[];
  readonly onSpawn?: (pid: number | undefined) => void;
}

/** `levigate start` from the built bundle on a port of its own; ready when this resolves, which may be long after `onSpawn`. */
export async function startLevigate(
  dataFolder: string,
  env: Record<string, string> = {},
  { args = [], onSpawn = () => {} }: StartOptions = {},
): Promise<LevigateProcess> {
  const child = spawn(process.execPath, [CLI, 'start', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      PORT: '0',
      LEVIGATE_DATA: dataFolder,
      LEVIGATE_ALLOW_PRIVATE_WEBHOOKS: '1',
      LEVIGATE_FEATURE_DISK_MB: '0',
      ...env,
    },
  });
  onSpawn(child.pid);
  const url = await readyUrl(child);
  const apiKey = env['LEVIGATE_API_KEY'] ?? (await readFile(join(dataFolder, 'api-key'), 'utf8')).trim();
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  if (child.pid === undefined) throw new Error('levigate start is no process');
  return {
    url,
    pid: child.pid,
    client: new Levigate({ apiKey, baseUrl: `${url}/v1` }),
    interrupt: () => end('SIGINT'),
    killGateway: () => end('SIGKILL'),
    killWorker: async () => {
      const commands = await Promise.all(
        (await childrenOf(child.pid ?? 0)).map(async (pid) => [pid, await commandOf(pid)] as const),
      );
      const [worker] = commands.find(([, command]) => command.includes('gpu-worker')) ?? [];
      if (worker === undefined) throw new Error('the gateway has no worker child');
      process.kill(worker, 'SIGKILL');
      return worker;
    },
    [Symbol.asyncDispose]: () => end('SIGTERM'),
  };
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the process has no standard output');
  const deadline = setTimeout(() => child.kill('SIGKILL'), READY_DEADLINE_MS);
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^ready (http\S+)$/.exec(line)?.[1];
    if (url === undefined) continue;
    clearTimeout(deadline);
    child.stdout.resume();
    return url;
  }
  throw new Error('levigate start ended before it was ready');
}

const commandOf = (pid: number): Promise<string> => readFile(`/proc/${pid}/cmdline`, 'utf8');

/** Linux only, as these tests are. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}

/** Of the process and of all that it has started. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid);
  return [pid, ...(await Promise.all(children.map(descendantsOf))).flat()];
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
