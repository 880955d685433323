import { answersFigure } from './answers-figure.ts';
import { openBareBatches } from './bare-batches.ts';
import type { BareBatches } from './bare-batches.ts';
import { runClosedLoop } from './closed-loop.ts';
import { ratioFigure } from './figure.ts';
import type { Figure } from './figure.ts';
import { inTurns } from './in-turns.ts';
import { loadWith, readReplies, writeRequests } from './requests.ts';
import type { Measuring, ServePart } from './serve-part.ts';
import { openServer } from './server.ts';
import type { ServingProcess } from './server.ts';
import { LENGTHS, textsOf } from './text-sets.ts';
import type { Length } from './text-sets.ts';

const BATCH = 32;
const CONCURRENCY = 32;
const CLIENTS = 4;
const BATCH_GOAL = { atLeast: 0.9 };
const SINGLE_GOAL = { atLeast: 0.75 };

/** Texts of a turn: one to four seconds of two cores. */
const TEXTS = { short: 1_024, mixed: 512, long: 128 } as const satisfies Record<Length, number>;

const MODES = {
  batch: { what: `batches of ${BATCH}, one after the other`, batch: BATCH, concurrency: 1, goal: BATCH_GOAL },
  'batch-4-clients': {
    what: `batches of ${BATCH}, ${CLIENTS} clients`,
    batch: BATCH,
    concurrency: CLIENTS,
    goal: null,
  },
  single: { what: `single inputs, ${CONCURRENCY} at once`, batch: 1, concurrency: CONCURRENCY, goal: SINGLE_GOAL },
} as const;
type Mode = keyof typeof MODES;
const MODE_NAMES = Object.keys(MODES) as readonly Mode[];
/** Of every length, and the lowest of them under the bare name. */
const PROMISED = ['batch', 'single'] as const;

export const THROUGHPUT: ServePart = {
  name: 'P3: predictions a second against bare onnxruntime',
  keys: [...PROMISED.map((mode) => `P3.${mode}`), ...LENGTHS.flatMap(keysOf), 'P3.answers'],
  measure: async (measuring) => {
    const [model = ''] = await measuring.folder.modelIds(1);
    await using server = await openServer(measuring.folder);
    await using bare = await openBareBatches();
    const found: Figure[] = [];
    const differences: number[] = [];
    for (const length of LENGTHS) {
      measuring.say(`P3: ${length} texts`);
      const onDifference = (difference: number): void => void differences.push(difference);
      found.push(...(await measureLength({ ...measuring, server, bare, model, length, onDifference })));
    }
    return [...PROMISED.map((mode) => lowestOf(mode, found)), ...found, answersFigure('P3.answers', differences)];
  },
};

function keysOf(length: Length): string[] {
  return MODE_NAMES.map((mode) => `P3.${mode}.${length}`);
}

interface LengthMeasuring extends Measuring {
  readonly server: ServingProcess;
  readonly bare: BareBatches;
  readonly model: string;
  readonly length: Length;
  readonly onDifference: (difference: number) => void;
}

async function measureLength(measuring: LengthMeasuring): Promise<Figure[]> {
  const { server, bare, model, length, rounds, share, onDifference } = measuring;
  const texts = textsOf(length, Math.max(32, Math.round(share * TEXTS[length])));
  await using client = server.createClient(CONCURRENCY);
  const one = writeRequests(model, texts, 1);
  const alone = readReplies(one, await runClosedLoop(client, one.bodies, 1));
  const baseline = await bare.tune(texts);
  if (baseline.tokens !== alone.inputTokens) {
    throw new Error(`the server read ${alone.inputTokens} tokens, the baseline ${baseline.tokens}: not the same work`);
  }
  const ours = (mode: Mode) => {
    const { batch, concurrency } = MODES[mode];
    const requests = writeRequests(model, texts, batch);
    return () => loadWith(client, requests, { concurrency, alone: alone.data, onDifference });
  };
  const sides = {
    bare: async () => (1_000 * texts.length) / (await baseline.time()),
    batch: ours('batch'),
    'batch-4-clients': ours('batch-4-clients'),
    single: ours('single'),
  };
  for (const warmUp of Object.values(sides)) await warmUp();
  const perSecond = await inTurns(rounds, sides);
  const { tokenBudget, isSpinning } = baseline.settings;
  return MODE_NAMES.map((mode) =>
    ratioFigure({
      key: `P3.${mode}.${length}`,
      what: `${MODES[mode].what}, ${length} texts (${(baseline.tokens / texts.length).toFixed(0)} tokens) / bare onnxruntime`,
      goal: MODES[mode].goal,
      unit: 'texts/s',
      ours: perSecond[mode],
      baseline: perSecond.bare,
      details: { texts: texts.length, tokens: baseline.tokens, baselineTokenBudget: tokenBudget, isSpinning },
    }),
  );
}

function lowestOf(mode: (typeof PROMISED)[number], figures: readonly Figure[]): Figure {
  const of = figures.filter(({ key }) => key.startsWith(`P3.${mode}.`)).toSorted((a, b) => a.value - b.value);
  const [lowest] = of;
  if (lowest === undefined) throw new Error(`nothing was measured of ${mode}`);
  const values = Object.fromEntries(of.map(({ key, value }) => [key, value]));
  return {
    ...lowest,
    key: `P3.${mode}`,
    what: `${MODES[mode].what}: the lowest of ${LENGTHS.join(', ')}`,
    details: { values },
  };
}
