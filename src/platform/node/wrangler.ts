import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Cloudflare's runtime on this machine (workerd, with D1, R2 and Queues in files), as wrangler runs it. */
export interface LocalRuntimeOptions {
  /** The checkout: wrangler.toml stands there, and wrangler itself below it. */
  readonly root: string;
  /** Where the databases, buckets and queues are kept. */
  readonly stateFolder: string;
  /** `NAME=VALUE` lines. */
  readonly secretsFile: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

export interface LocalRuntime extends AsyncDisposable {
  /** With the port that was taken. */
  readonly url: string;
  /** Also the id of the group of all its processes. */
  readonly pid: number | undefined;
  /** Resolves when it has ended, asked to or not. */
  readonly ended: Promise<void>;
}

const STOP_DEADLINE_MS = 10_000;
/** Nothing is asked of the network, and no container is built. */
const OFFLINE = { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', CI: '1' };
/** The IPC channel is the leash: wrangler, and workerd with it, ends when this process ends, however it ends. */
const LEASH = 'data:text/javascript,process.on("disconnect",()=>process.exit())';

/** Brings the local D1 to the newest schema. @throws Error with what wrangler said */
export async function migrateLocalDatabase({ root, stateFolder, secretsFile }: LocalRuntimeOptions): Promise<void> {
  const args = ['d1', 'migrations', 'apply', 'DB', '--local', '--persist-to', stateFolder, '--env-file', secretsFile];
  const child = spawnWrangler(root, args);
  const said: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => said.push(String(chunk)));
  const [code]: unknown[] = await once(child, 'exit');
  if (code !== 0) throw new Error(`the local D1 could not be migrated:\n${said.join('')}`);
}

/** Listens until disposed. @throws Error with what wrangler said when it ends before */
export async function startLocalRuntime(options: LocalRuntimeOptions): Promise<LocalRuntime> {
  const { root, stateFolder, secretsFile, variables, host, port } = options;
  const child = spawnWrangler(root, [
    'dev',
    `--ip=${host}`,
    `--port=${port}`,
    '--inspector-port=0',
    '--log-level=error',
    `--persist-to=${stateFolder}`,
    `--env-file=${secretsFile}`,
    '--enable-containers=false',
    '--show-interactive-dev-session=false',
    ...Object.entries(variables).flatMap(([name, value]) => ['--var', `${name}:${value}`]),
  ]);
  const said: string[] = [];
  child.stderr?.on('data', (chunk: Buffer) => said.push(String(chunk)));
  child.stdout?.on('data', (chunk: Buffer) => said.push(String(chunk)));
  const ended = once(child, 'exit').then(() => undefined);
  const url = await Promise.race([readyUrl(child), ended.then(() => null)]);
  if (url === null) throw new Error(`Cloudflare's local runtime did not start:\n${said.join('')}`);
  child.stderr?.pipe(process.stderr);
  return { url, pid: child.pid, ended, [Symbol.asyncDispose]: () => stop(child, ended) };
}

function spawnWrangler(root: string, args: readonly string[]): ChildProcess {
  // Not the package's `bin`, which starts this one as a child that nobody could reach.
  const script = join(root, 'node_modules/wrangler/wrangler-dist/cli.js');
  if (!existsSync(script))
    throw new Error(`wrangler is not installed in ${root}: run "npm ci" there, with its development packages`);
  return spawn(process.execPath, ['--no-warnings', '--import', LEASH, script, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, ...OFFLINE },
    // A group of its own: what a terminal sends on Ctrl-C comes through us, after the worker has ended.
    detached: true,
  });
}

function readyUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (typeof message !== 'string') return;
      const { event, ip, port } = JSON.parse(message) as Readonly<Record<string, unknown>>;
      if (event === 'DEV_SERVER_READY') resolve(`http://${String(ip)}:${String(port)}`);
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await ended;
  clearTimeout(deadline);
}
