import { createRandom } from '../../src/engine/index.ts';
import { answersFigure } from './answers-figure.ts';
import { largestDifference, readAnswers } from './answers.ts';
import { runClosedLoop } from './closed-loop.ts';
import { found } from './figure.ts';
import type { Figure } from './figure.ts';
import { runOpenLoop } from './open-loop.ts';
import type { OpenLoop, Sample } from './open-loop.ts';
import { residentBytes } from './process-tree.ts';
import { readReplies, writeRequests } from './requests.ts';
import type { Requests } from './requests.ts';
import type { Measuring, ServePart } from './serve-part.ts';
import { openServer } from './server.ts';
import { quantiles } from './spread.ts';
import { textsOf } from './text-sets.ts';
import type { Prediction } from '../../src/contract/index.ts';

const TEXTS = 1_024;
const CONCURRENCY = 32;
const CALM_SHARE = 0.8;
const CALM_SECONDS = 30;
const OVERLOAD = 2;
const OVERLOAD_SECONDS = 60;
const TRIAL_SECONDS = 10;
/** Of what callers who wait for each other get through; a random load needs some slack. */
const TRIALS = [1, 0.9, 0.8, 0.7, 0.6, 0.5];
const SUSTAINED_P99_MS = 1_000;
const MEMORY_EVERY_MS = 1_000;

/** Single short texts at random times: what a server does with twice as many as it can answer. */
export const OVERLOADED: ServePart = {
  name: `P10: ${OVERLOAD} times the sustainable load`,
  keys: ['P10.p99', 'P10.refusal', 'P10.memory', 'P10.answers'],
  measure: async (measuring) => {
    const { folder, share, say } = measuring;
    const [model = ''] = await folder.modelIds(1);
    await using server = await openServer(folder);
    await using client = server.createClient(null);
    const requests = writeRequests(model, textsOf('short', TEXTS), 1);
    const alone = readReplies(requests, await runClosedLoop(client, requests.bodies, 1)).data;
    const load = { client, bodies: requests.bodies, random: createRandom(10) };
    const perSecond = await findSustainable(measuring, { ...load, requests });
    say(`P10: ${CALM_SHARE} of ${perSecond.toFixed(0)} requests a second`);
    const calm = await runOpenLoop({ ...load, perSecond: CALM_SHARE * perSecond, seconds: share * CALM_SECONDS });
    say(`P10: ${OVERLOAD} times as many`);
    using memory = watchMemory(server.pid);
    const hard = await runOpenLoop({ ...load, perSecond: OVERLOAD * perSecond, seconds: share * OVERLOAD_SECONDS });
    const accepted = hard.filter(({ reply }) => reply.status === 200);
    const details = {
      perSecond,
      offeredPerSecond: OVERLOAD * perSecond,
      acceptedPerSecond: accepted.length / (share * OVERLOAD_SECONDS),
    };
    return [
      await found('P10.p99', () => latencyFigure({ calm: assertAllAccepted(calm), accepted, details })),
      await found('P10.refusal', () => refusalFigure(hard)),
      await found('P10.memory', () => memoryFigure(memory.bytes)),
      await found('P10.answers', () =>
        answersFigure(
          'P10.answers',
          accepted.map((sample) => compare(sample, { model, alone })),
        ),
      ),
    ];
  },
};

/** The most requests a second, at random times, of which none is refused and which are answered within a second. */
async function findSustainable(
  { say, share }: Measuring,
  { requests, ...load }: Omit<OpenLoop, 'perSecond' | 'seconds'> & { readonly requests: Requests },
): Promise<number> {
  const { ms } = await runClosedLoop(load.client, requests.bodies, CONCURRENCY);
  const most = (1_000 * requests.texts.length) / ms;
  for (const part of TRIALS) {
    const perSecond = part * most;
    const samples = await runOpenLoop({ ...load, perSecond, seconds: Math.max(3, share * TRIAL_SECONDS) });
    const isAnswered = samples.every(({ reply }) => reply.status === 200);
    const p99 = quantiles(samples.map(({ latencyMs }) => latencyMs))(0.99);
    say(
      `P10: ${perSecond.toFixed(0)} requests a second: p99 ${p99.toFixed(0)} ms${isAnswered ? '' : ', some refused'}`,
    );
    if (isAnswered && p99 <= SUSTAINED_P99_MS) return perSecond;
  }
  throw new Error(`not even ${TRIALS.at(-1)} of ${most.toFixed(0)} requests a second are sustained`);
}

function assertAllAccepted(samples: readonly Sample[]): readonly Sample[] {
  const refused = samples.find(({ reply }) => reply.status !== 200);
  if (refused) throw new Error(`a request of a load below the sustainable one was answered ${refused.reply.status}`);
  return samples;
}

interface Latencies {
  readonly calm: readonly Sample[];
  readonly accepted: readonly Sample[];
  readonly details: Readonly<Record<string, number>>;
}

function latencyFigure({ calm, accepted, details }: Latencies): Figure {
  const [ours, theirs] = [accepted, calm].map((samples) => quantiles(samples.map(({ latencyMs }) => latencyMs)));
  if (ours === undefined || theirs === undefined) throw new Error('nothing was measured');
  const tell = (at: (share: number) => number) => `${at(0.99).toFixed(0)} ms (p50 ${at(0.5).toFixed(0)} ms)`;
  return {
    key: 'P10.p99',
    what: `p99 of the accepted at ${OVERLOAD} times the sustainable load / at ${CALM_SHARE} times`,
    value: ours(0.99) / theirs(0.99),
    goal: { atMost: 2 },
    measured: tell(ours),
    baseline: tell(theirs),
    details: { ...details, overloadedP99Ms: ours(0.99), calmP99Ms: theirs(0.99) },
  };
}

function refusalFigure(samples: readonly Sample[]): Figure {
  const refused = samples.filter(({ reply }) => reply.status !== 200);
  const wrong = refused.find(({ reply }) => reply.status !== 429 || !(Number(reply.retryAfter) > 0));
  if (wrong) {
    const { status, text, retryAfter } = wrong.reply;
    throw new Error(`not a refusal with 429 and Retry-After, but ${status} (${retryAfter}): ${text.slice(0, 200)}`);
  }
  if (refused.length === 0) throw new Error(`none of ${samples.length} requests was refused: it was no overload`);
  const at = quantiles(refused.map(({ reply }) => reply.ms));
  const share = refused.length / samples.length;
  return {
    key: 'P10.refusal',
    what: `p99 of a refusal's time (429 with Retry-After; ${(100 * share).toFixed(0)} % were refused)`,
    value: at(0.99),
    goal: { atMost: 10 },
    measured: `${at(0.99).toFixed(1)} ms (p50 ${at(0.5).toFixed(1)}, slowest ${at(1).toFixed(1)} ms)`,
    baseline: '',
    details: { refused: refused.length, offered: samples.length, p50Ms: at(0.5), slowestMs: at(1) },
  };
}

/** A load that does not end needs a size that does: the last third against the first. */
function memoryFigure(bytes: readonly number[]): Figure {
  const third = Math.floor(bytes.length / 3);
  const [first, last] = [bytes.slice(0, third), bytes.slice(-third)].map((part) => Math.max(...part));
  if (third === 0 || first === undefined || last === undefined) throw new Error('the load was too short');
  const mib = (size: number): string => `${(size / 2 ** 20).toFixed(0)} MiB`;
  return {
    key: 'P10.memory',
    what: 'resident memory of all processes, most of the last third of the load / of the first',
    value: last / first,
    goal: { atMost: 1.1 },
    measured: mib(last),
    baseline: mib(first),
  };
}

function watchMemory(pid: number): Disposable & { readonly bytes: readonly number[] } {
  const bytes: number[] = [];
  const timer = setInterval(() => {
    void residentBytes(pid)
      .then((size) => bytes.push(size))
      .catch(() => {});
  }, MEMORY_EVERY_MS);
  return { bytes, [Symbol.dispose]: () => clearInterval(timer) };
}

interface Alone {
  readonly model: string;
  readonly alone: readonly Prediction[];
}

function compare({ body, reply }: Sample, { model, alone }: Alone): number {
  const [answer] = readAnswers(reply, { inputs: 1, models: [model] }).data;
  const other = alone[body];
  if (answer === undefined || other === undefined) throw new Error('an answer without a prediction');
  return largestDifference(answer, other);
}
