import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { freePort } from '../free-port.ts';
import { createHttpClient } from '../http-client.ts';
import type { HttpClient } from '../http-client.ts';
import { startScript } from '../script-process.ts';
import { peerEnvironment } from './peer-environment.ts';
import type { PeerPython } from './install.ts';

const Answers = z.object({ data: z.array(z.object({ index: z.int() })) });
const Embeddings = z.object({ data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()) })) });

/** Another server, given texts as `{"input": [...]}`. */
export interface PeerServer extends AsyncDisposable {
  readonly name: string;
  /** Of what is measured. */
  readonly path: string;
  createClient(connections: number): HttpClient;
  /** What is sent for some texts. */
  bodyOf(texts: readonly string[]): string;
  embed(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
  /** Tries what can be set for the next load; the first is its default. */
  readonly settings: readonly PeerSettings[];
  use(settings: PeerSettings): Promise<void>;
}

export interface PeerSettings {
  readonly concurrency: number;
  readonly batch_size: number;
}

export interface PeerOptions {
  readonly python: PeerPython;
  readonly model: string;
  readonly threads: number;
}

const READY_WITHIN_MS = 180_000;
const EMBEDDINGS = '/embeddings';

/** @throws Error where some of the texts are not answered */
export function assertAnswered(text: string, texts: number): void {
  const { data } = Answers.parse(JSON.parse(text));
  if (data.length !== texts || data.some(({ index }, place) => index !== place)) {
    throw new Error(`${data.length} answers to ${texts} texts`);
  }
}

export async function startSentenceTransformers(
  { python, model, threads }: PeerOptions,
  training: string,
): Promise<PeerServer> {
  const port = await freePort();
  const script = join(import.meta.dirname, 'server.py');
  const command = [python.python, script, model, training, String(port), String(threads)] as const;
  const server = await startPeer(command, { python, port, threads });
  const settings = [1, 2, 32].flatMap((concurrency) => [32, 16, 8].map((batch_size) => ({ concurrency, batch_size })));
  return {
    ...server,
    name: 'FastAPI with sentence-transformers',
    path: '/predict',
    bodyOf: (input) => JSON.stringify({ input }),
    createClient: (connections) => createHttpClient({ url: server.url, path: '/predict', token: '', connections }),
    settings,
    use: async (wanted) => {
      await using client = createHttpClient({ url: server.url, path: '/settings', token: '', connections: 1 });
      const { status, text } = await client.post(JSON.stringify(wanted));
      if (status !== 200) throw new Error(`the peer refused its settings with ${status}: ${text.slice(0, 200)}`);
    },
  };
}

/** Texts a forward pass takes at most. */
export const INFINITY_BATCHES = [32, 16, 8];

/** Batches over requests by itself, in a window of its own. */
export async function startInfinity({ python, model, threads }: PeerOptions, batchSize: number): Promise<PeerServer> {
  const port = await freePort();
  const options = {
    'model-id': model,
    'served-model-name': 'peer',
    'batch-size': String(batchSize),
    device: 'cpu',
    engine: 'torch',
    dtype: 'float32',
  };
  const flags = Object.entries({ ...options, host: '127.0.0.1', port: String(port), 'log-level': 'error' });
  const command = [
    python.python,
    '-m',
    'infinity_emb.cli',
    'v2',
    ...flags.flatMap(([name, value]) => [`--${name}`, value]),
    '--no-bettertransformer',
  ] as const;
  const server = await startPeer(command, { python, port, threads });
  return {
    ...server,
    name: `infinity-emb (batches of ${batchSize})`,
    path: EMBEDDINGS,
    bodyOf: (input) => JSON.stringify({ model: 'peer', input }),
    createClient: (connections) => createHttpClient({ url: server.url, path: EMBEDDINGS, token: '', connections }),
    settings: [],
    use: async () => {},
  };
}

interface Starting {
  readonly python: PeerPython;
  readonly port: number;
  readonly threads: number;
}

async function startPeer(command: readonly [string, ...string[]], { python, port, threads }: Starting) {
  const url = `http://127.0.0.1:${port}`;
  const script = await startScript({ command, env: peerEnvironment(python, threads), ready: null });
  try {
    await untilHealthy(url, script.exited);
  } catch (error) {
    await script[Symbol.asyncDispose]();
    throw error;
  }
  return {
    url,
    embed: async (input: readonly string[]) => {
      await using client = createHttpClient({ url, path: EMBEDDINGS, token: '', connections: 1 });
      const { text } = await client.post(JSON.stringify({ model: 'peer', input }));
      return Embeddings.parse(JSON.parse(text)).data.map(({ embedding }) => embedding);
    },
    [Symbol.asyncDispose]: () => script[Symbol.asyncDispose](),
  };
}

async function untilHealthy(url: string, exited: Promise<unknown>): Promise<void> {
  let isGone = false;
  void exited.then(() => (isGone = true));
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadlineMs) {
    if (isGone) throw new Error('the peer ended before it was ready: its words stand above');
    const response = await fetch(`${url}/health`).catch(() => null);
    if (response?.ok === true) return;
    await sleep(100);
  }
  throw new Error(`the peer was not ready within ${READY_WITHIN_MS} ms`);
}
