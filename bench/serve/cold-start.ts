import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { z } from 'zod';
import { prepareBackbone } from '../../gpu-worker/src/backbones/prepare-backbone.ts';
import { defaultThreads } from '../../gpu-worker/src/runtime/default-threads.ts';
import { DEFAULT_BACKBONE } from '../../src/contract/index.ts';
import { readAnswers } from './answers.ts';
import type { Figure, Goal } from './figure.ts';
import { freePort } from './free-port.ts';
import { createHttpClient } from './http-client.ts';
import type { HttpClient } from './http-client.ts';
import { inTurns } from './in-turns.ts';
import type { Measuring, ServePart } from './serve-part.ts';
import { forgetWorkers, NO_CACHE, openServer } from './server.ts';
import { formatSpread, spreadOf } from './spread.ts';
import { stopAtExit } from './stop-at-exit.ts';

const ROOT = join(import.meta.dirname, '../..');
const WORKER = join(ROOT, 'gpu-worker/dist/main.mjs');
const CLI = join(ROOT, 'dist/cli.mjs');
const STARTS = 2;
const FACTOR = 1.5;
const GOAL: Goal = { atMost: 250 };
const LIMIT_MS = 60_000;
const RETRY_MS = 5;

/** A worker that is woken, and a whole `levigate start`, each in fresh processes with the backbone on disk, to the first right answer. */
export const COLD_START: ServePart = {
  name: 'P8: process start to first prediction',
  keys: ['P8.worker', 'P8.start', 'P8.worker-over-creation'],
  measure: async (measuring) => {
    const { folder, rounds, say } = measuring;
    const [model = ''] = await folder.modelIds(1);
    const { graphPath } = await prepareBackbone(DEFAULT_BACKBONE);
    const created: number[] = [];
    const sides = {
      worker: async () => await wakeWorker(measuring, model),
      start: async () => await startAll(measuring, model),
      session: async () => {
        const { ms, createdMs } = await openSession(graphPath);
        created.push(createdMs);
        return ms;
      },
    };
    say('P8: starting and stopping');
    for (const warmUp of Object.values(sides)) await warmUp();
    created.length = 0;
    const ms = await inTurns(STARTS * rounds, sides);
    return [
      coldFigure(
        'P8.worker',
        'a worker beside a running gateway / a fresh process that opens its session',
        ms.worker,
        ms.session,
      ),
      coldFigure('P8.start', '`levigate start` / a fresh process that opens its session', ms.start, ms.session),
      coldFigure('P8.worker-over-creation', 'a worker / the call that creates the session, alone', ms.worker, created),
    ];
  },
};

/** The promise is 1.5 times and 250 ms more: the value is what is over 1.5 times. */
function coldFigure(key: string, what: string, ours: readonly number[], baseline: readonly number[]): Figure {
  const over = spreadOf(ours.map((ms, turn) => ms - FACTOR * (baseline[turn] ?? Number.NaN)));
  const [own, other] = [spreadOf(ours), spreadOf(baseline)];
  return {
    key,
    what: `${what}: ms beyond ${FACTOR} times`,
    value: over.median,
    goal: GOAL,
    measured: `${formatSpread(own, 'ms')}; beyond: ${over.median.toFixed(0)} ms`,
    baseline: formatSpread(other, 'ms'),
    ratio: own.median / other.median,
    details: { unit: 'ms', over, ours: own, baseline: other, ratio: own.median / other.median },
  };
}

/** Milliseconds from a worker's start to its gateway's first answer from it. */
async function wakeWorker({ folder }: Measuring, model: string): Promise<number> {
  const port = await freePort();
  const token = randomBytes(32).toString('base64url');
  const env = { LEVIGATE_GATEWAY_URL: `http://127.0.0.1:${port}`, LEVIGATE_WORKER_TOKEN: token };
  // The gateway says that it is ready once it has a worker: this one, which is then gone.
  const first = startProcess([WORKER], { ...env, LEVIGATE_WORKER_NAME: 'first' });
  await using server = await (async () => {
    await using _ = first;
    return await openServer(folder, {
      env: { PORT: String(port), LEVIGATE_EMBEDDED_WORKER: '0', LEVIGATE_WORKER_TOKEN: token },
    });
  })();
  await forgetWorkers(folder.path);
  await using client = server.createClient(1);
  const startedMs = performance.now();
  await using _ = startProcess([WORKER], { ...env, LEVIGATE_WORKER_NAME: 'woken' });
  return await firstAnswer({ url: server.url, client, model, startedMs });
}

async function startAll({ folder }: Measuring, model: string): Promise<number> {
  await forgetWorkers(folder.path);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  await using client = createHttpClient({ url, path: '/v1/predict', token: folder.apiKey, connections: 1 });
  const startedMs = performance.now();
  await using _ = startProcess([CLI, 'start'], {
    PORT: String(port),
    LEVIGATE_DATA: folder.path,
  });
  return await firstAnswer({ url, client, model, startedMs });
}

interface Starting {
  readonly url: string;
  readonly client: HttpClient;
  readonly model: string;
  readonly startedMs: number;
}

/** Asks for a prediction as soon as the gateway says that a worker has the backbone: asked before, it would spend its time on refusals. */
async function firstAnswer({ url, client, model, startedMs }: Starting): Promise<number> {
  const body = JSON.stringify({ model, input: 'the first text after the start' });
  while (performance.now() - startedMs < LIMIT_MS) {
    const reply = (await isReady(url)) ? await client.post(body).catch(() => null) : null;
    if (reply?.status === 200) {
      const ms = performance.now() - startedMs;
      readAnswers(reply, { inputs: 1, models: [model] });
      return ms;
    }
    await sleep(RETRY_MS);
  }
  throw new Error(`no prediction within ${LIMIT_MS} ms of the start`);
}

const Health = z.object({ workers: z.object({ backbones: z.array(z.string()) }) });

async function isReady(url: string): Promise<boolean> {
  try {
    const { body } = await request(`${url}/health`);
    return Health.parse(await body.json()).workers.backbones.includes(DEFAULT_BACKBONE);
  } catch {
    // Nobody listens yet.
    return false;
  }
}

function startProcess(args: readonly string[], env: Readonly<Record<string, string>>): AsyncDisposable {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, LEVIGATE_LOG: 'error', ...NO_CACHE, ...env },
  });
  const atExit = stopAtExit(child.pid);
  return {
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit');
        child.kill('SIGTERM');
        await exited;
      }
      atExit[Symbol.dispose]();
    },
  };
}

/** Milliseconds of a whole fresh process until its session is there, and of the call alone. */
async function openSession(graphPath: string): Promise<{ readonly ms: number; readonly createdMs: number }> {
  const script = join(import.meta.dirname, 'open-session.ts');
  const startedMs = performance.now();
  const child = spawn(process.execPath, [script, graphPath, String(defaultThreads())], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const ms = performance.now() - startedMs;
  await once(child, 'exit');
  const createdMs = Number(/^created (\S+)/u.exec(line.toString())?.[1]);
  if (!Number.isFinite(createdMs)) throw new Error(`a fresh process did not open the session: ${line.toString()}`);
  return { ms, createdMs };
}
