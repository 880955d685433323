import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { vi } from 'vitest';
import { DEFAULT_BACKBONE } from '../../../src/contract/index.ts';
import { startHttpServer } from '../../../src/platform/node/http-server.ts';
import { createWorkerTransport } from '../../../src/platform/node/worker-transport.ts';
import { Levigate } from '../../../src/sdk/index.ts';
import { listAliveWorkers } from '../../../src/services/workers/list-alive.ts';
import { createNodeGateway } from '../../support/gateway.ts';
import type { NodeGateway } from '../../support/gateway.ts';

const MAIN = join(import.meta.dirname, '../../../gpu-worker/src/main.ts');
const START_LIMIT_MS = 60_000;

/** The default backbone was prepared on this machine before: these tests fetch nothing. */
export function isBackboneCached(): boolean {
  const cache = process.env['LEVIGATE_CACHE'] ?? join(homedir(), '.cache', 'levigate');
  const folder = join(cache, 'backbones', DEFAULT_BACKBONE);
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('prepared-'));
}

export interface ServedGateway extends AsyncDisposable {
  readonly gateway: NodeGateway;
  readonly client: Levigate;
  /** What a worker started elsewhere is told. */
  readonly address: () => { readonly url: string; readonly workerToken: string };
  startWorker(env?: Readonly<Record<string, string>>): Promise<WorkerProcess>;
  /** Closes the gateway's port, refuses so many connections there, and opens it again: a gateway that restarts. */
  interrupt(refusals: number): Promise<void>;
  /** The job's own state. */
  status(jobId: string): Promise<string>;
}

export interface WorkerProcess extends AsyncDisposable {
  readonly pid: number;
  /** Resolves with the exit code, or the signal. */
  readonly exited: Promise<number | string>;
  devicePid(): Promise<number>;
  kill(signal: NodeJS.Signals): void;
}

/** A real gateway over HTTP in this process, on a real clock, for workers that are real processes. */
export async function serveGateway(): Promise<ServedGateway> {
  const transport = createWorkerTransport();
  const gateway = await createNodeGateway({ services: { clock: { nowMs: () => Date.now() }, workers: transport } });
  const token = gateway.workerToken;
  let server = await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port: 0 });
  const client = new Levigate({ apiKey: gateway.secret, baseUrl: `${server.url}/v1` });
  const knownIds = new Set<string>();

  return {
    gateway,
    client,
    address: () => ({ url: server.url, workerToken: token }),
    startWorker: async (env = {}) => {
      const worker = spawnWorker({ LEVIGATE_GATEWAY_URL: server.url, LEVIGATE_WORKER_TOKEN: token, ...env });
      await vi.waitUntil(
        async () => {
          const alive = await listAliveWorkers(gateway.services);
          const fresh = alive.find(({ id, backbones }) => !knownIds.has(id) && backbones.includes(DEFAULT_BACKBONE));
          if (fresh) knownIds.add(fresh.id);
          return fresh !== undefined;
        },
        { timeout: START_LIMIT_MS, interval: 50 },
      );
      return worker;
    },
    interrupt: async (refusals) => {
      const port = Number(new URL(server.url).port);
      await server[Symbol.asyncDispose]();
      await refuseConnections(port, refusals);
      server = await startHttpServer({ fetch: gateway.app.fetch, host: '127.0.0.1', port });
    },
    status: async (jobId) => (await client.jobs.retrieve(jobId)).status,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await transport[Symbol.asyncDispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

async function refuseConnections(port: number, count: number): Promise<void> {
  const refusing = createServer().listen(port, '127.0.0.1');
  for (let refused = 0; refused < count; refused += 1) {
    const [socket] = (await once(refusing, 'connection')) as [Socket];
    socket.destroy();
  }
  refusing.close();
  await once(refusing, 'close');
}

function spawnWorker(env: Readonly<Record<string, string>>): WorkerProcess {
  const child = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      LEVIGATE_WORKER_NAME: 'tested',
      LEVIGATE_DEVICE: 'cpu',
      LEVIGATE_PARENT: '1',
      LEVIGATE_LOG: 'error',
      // What one test computed must not be another's hit.
      LEVIGATE_FEATURE_DISK_MB: '0',
      ...env,
    },
  });
  const pid = child.pid ?? 0;
  const exited = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
  return {
    pid,
    exited,
    devicePid: async () => {
      const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
      const [device] = text.trim().split(/\s+/).map(Number);
      if (!device) throw new Error('the worker has no device process');
      return device;
    },
    kill: (signal) => void child.kill(signal),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
