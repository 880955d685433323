import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defaultThreads } from '../../gpu-worker/src/runtime/default-threads.ts';
import { toJsonl } from '../../tests/support/example-texts.ts';
import { createDataFolder } from '../../tests/support/levigate-process.ts';
import { benchTexts } from '../texts.ts';
import { runClosedLoop } from './closed-loop.ts';
import { ratioFigure } from './figure.ts';
import type { Figure, Finding, Goal } from './figure.ts';
import { inTurns } from './in-turns.ts';
import { installPeer } from './peers/install.ts';
import { writePeerModel } from './peers/peer-model.ts';
import { assertAnswered, INFINITY_BATCHES, startInfinity, startSentenceTransformers } from './peers/peer-server.ts';
import type { PeerOptions, PeerServer, PeerSettings } from './peers/peer-server.ts';
import { embedBare } from './peers/embed-bare.ts';
import { loadWith, readReplies, writeRequests } from './requests.ts';
import type { Measuring, ServePart } from './serve-part.ts';
import { openServer } from './server.ts';
import type { ServingProcess } from './server.ts';
import { removeAtExit } from './stop-at-exit.ts';
import { LENGTHS, textsOf } from './text-sets.ts';
import type { Length } from './text-sets.ts';

const TEXTS = { short: 512, mixed: 192, long: 64 } as const satisfies Record<Length, number>;
const CHECKED = 32;
/** Of a cosine: both sides round to single precision. */
const LEAST_LIKENESS = 0.9999;
const TUNED_ON = 128;
const HEAD_ROWS = 600;

const MODES = {
  batch: { what: 'batches of 32, one after the other', batch: 32, concurrency: 1 },
  single: { what: 'single inputs, 32 at once', batch: 1, concurrency: 32 },
} as const;
type Mode = keyof typeof MODES;
const MODE_NAMES = Object.keys(MODES) as readonly Mode[];

interface PeerKind {
  readonly prefix: string;
  readonly goals: Readonly<Record<Mode, Goal>>;
  readonly packages: string;
}

const KINDS = {
  fastapi: {
    prefix: 'P4',
    goals: { batch: { atLeast: 1.7 }, single: { atLeast: 3 } },
    packages: 'sentence-transformers',
  },
  infinity: {
    prefix: 'P4.infinity',
    goals: { batch: { atLeast: 1.2 }, single: { atLeast: 1.2 } },
    packages: 'infinity',
  },
} as const satisfies Record<string, PeerKind>;

export const PEERS: readonly ServePart[] = [
  {
    name: 'P4: FastAPI, sentence-transformers and a scikit-learn head',
    keys: keysOf(KINDS.fastapi),
    measure: (measuring) =>
      comparePeer(measuring, KINDS.fastapi, async (options, folder) => {
        const training = join(folder, 'train.jsonl');
        await writeFile(training, toJsonl(benchTexts(HEAD_ROWS).rows));
        return await startSentenceTransformers(options, training);
      }),
  },
  {
    name: 'P4: infinity-emb, embeddings alone',
    keys: keysOf(KINDS.infinity),
    measure: (measuring) => comparePeer(measuring, KINDS.infinity, startFastestInfinity),
  },
];

function keysOf({ prefix }: PeerKind): string[] {
  return MODE_NAMES.flatMap((mode) => [`${prefix}.${mode}`, ...LENGTHS.map((length) => `${prefix}.${mode}.${length}`)]);
}

type StartPeer = (options: PeerOptions, folder: string) => Promise<PeerServer>;

/** Of its batch sizes, the one with which it answers most single texts. */
async function startFastestInfinity(options: PeerOptions): Promise<PeerServer> {
  const texts = textsOf('mixed', TUNED_ON);
  let best = { perSecond: 0, batchSize: 32 };
  for (const batchSize of INFINITY_BATCHES) {
    await using peer = await startInfinity(options, batchSize);
    const turn = { mode: 'single', texts, settings: null } as const;
    await load(peer, turn);
    const perSecond = await load(peer, turn);
    if (perSecond > best.perSecond) best = { perSecond, batchSize };
  }
  return await startInfinity(options, best.batchSize);
}

/** Both servers run through it all, and the one whose turn it is not waits. Each has all cores, as many threads, and its best settings. */
async function comparePeer(measuring: Measuring, kind: PeerKind, start: StartPeer): Promise<readonly Finding[]> {
  await using folder = await createDataFolder();
  using _ = removeAtExit(folder.path);
  const python = await installPeer(kind.packages);
  const model = await writePeerModel(python, folder.path);
  await using peer = await start({ python, model, threads: defaultThreads() }, folder.path);
  await assertSameModel(peer);
  await using server = await openServer(measuring.folder);
  const figures: Figure[] = [];
  for (const length of LENGTHS) {
    measuring.say(`${kind.prefix}: ${length} texts against ${peer.name}`);
    figures.push(...(await compareLength(measuring, { kind, peer, server, length })));
  }
  return [...MODE_NAMES.map((mode) => lowestOf(kind, mode, figures)), ...figures];
}

/** @throws Error where the peer's embeddings are not those of the backbone: then it does other work */
async function assertSameModel(peer: PeerServer): Promise<void> {
  const texts = textsOf('mixed', CHECKED);
  const [theirs, ours] = [await peer.embed(texts), await embedBare(texts)];
  for (const [index, embedding] of theirs.entries()) {
    const likeness = cosine(embedding, ours[index] ?? []);
    if (!(likeness >= LEAST_LIKENESS)) {
      throw new Error(
        `${peer.name} runs another model: its embedding ${index} has a cosine of ${likeness.toFixed(5)} to ours`,
      );
    }
  }
}

function cosine(one: ArrayLike<number>, other: ArrayLike<number>): number {
  let [dot, first, second] = [0, 0, 0];
  for (let index = 0; index < one.length; index += 1) {
    const [a, b] = [one[index] ?? 0, other[index] ?? Number.NaN];
    dot += a * b;
    first += a * a;
    second += b * b;
  }
  return dot / Math.sqrt(first * second);
}

interface Comparison {
  readonly kind: PeerKind;
  readonly peer: PeerServer;
  readonly server: ServingProcess;
  readonly length: Length;
}

async function compareLength(
  { folder, rounds, share }: Measuring,
  { kind, peer, server, length }: Comparison,
): Promise<Figure[]> {
  const [model = ''] = await folder.modelIds(1);
  const texts = textsOf(length, Math.max(32, Math.round(share * TEXTS[length])), 4);
  await using client = server.createClient(32);
  const one = writeRequests(model, texts, 1);
  const alone = readReplies(one, await runClosedLoop(client, one.bodies, 1)).data;
  const settings = { batch: await tune(peer, 'batch', texts), single: await tune(peer, 'single', texts) };
  const ours = (mode: Mode) => () =>
    loadWith(client, writeRequests(model, texts, MODES[mode].batch), {
      concurrency: MODES[mode].concurrency,
      alone,
      onDifference: (difference) => {
        if (!(difference <= 1e-3)) throw new Error(`an answer under load differs by ${difference} from the same alone`);
      },
    });
  const theirs = (mode: Mode) => () => load(peer, { mode, texts, settings: settings[mode] });
  const sides = {
    'our batch': ours('batch'),
    'their batch': theirs('batch'),
    'our single': ours('single'),
    'their single': theirs('single'),
  };
  for (const warmUp of Object.values(sides)) await warmUp();
  const perSecond = await inTurns(rounds, sides);
  return MODE_NAMES.map((mode) =>
    ratioFigure({
      key: `${kind.prefix}.${mode}.${length}`,
      what: `${MODES[mode].what}, ${length} texts / ${peer.name}`,
      goal: kind.goals[mode],
      unit: 'texts/s',
      ours: perSecond[`our ${mode}`],
      baseline: perSecond[`their ${mode}`],
      details: { peer: peer.name, settings: settings[mode] },
    }),
  );
}

interface PeerLoad {
  readonly mode: Mode;
  readonly texts: readonly string[];
  readonly settings: PeerSettings | null;
}

/** Texts a second. */
async function load(peer: PeerServer, { mode, texts, settings }: PeerLoad): Promise<number> {
  const { batch, concurrency } = MODES[mode];
  if (settings !== null) await peer.use(settings);
  await using client = peer.createClient(concurrency);
  const chunks = Array.from({ length: Math.ceil(texts.length / batch) }, (_, index) =>
    texts.slice(index * batch, (index + 1) * batch),
  );
  const { ms, replies } = await runClosedLoop(
    client,
    chunks.map((chunk) => peer.bodyOf(chunk)),
    concurrency,
  );
  for (const [index, { status, text }] of replies.entries()) {
    if (status !== 200) throw new Error(`${peer.name} answered ${status}: ${text.slice(0, 300)}`);
    assertAnswered(text, chunks[index]?.length ?? 0);
  }
  return (1_000 * texts.length) / ms;
}

/** The settings with which the peer is fastest at this load; null where it has none to choose. */
async function tune(peer: PeerServer, mode: Mode, texts: readonly string[]): Promise<PeerSettings | null> {
  let best: { readonly perSecond: number; readonly settings: PeerSettings | null } = { perSecond: 0, settings: null };
  for (const settings of peer.settings) {
    const perSecond = await load(peer, { mode, texts: texts.slice(0, TUNED_ON), settings });
    if (perSecond > best.perSecond) best = { perSecond, settings };
  }
  return best.settings;
}

function lowestOf({ prefix }: PeerKind, mode: Mode, figures: readonly Figure[]): Figure {
  const [lowest] = figures
    .filter(({ key }) => key.startsWith(`${prefix}.${mode}.`))
    .toSorted((a, b) => a.value - b.value);
  if (lowest === undefined) throw new Error(`nothing was measured of ${mode}`);
  return { ...lowest, key: `${prefix}.${mode}`, what: `${lowest.what}: the lowest of ${LENGTHS.join(', ')}` };
}
