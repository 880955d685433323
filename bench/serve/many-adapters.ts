import { createRandom } from '../../src/engine/index.ts';
import { answersFigure } from './answers-figure.ts';
import { largestDifference, readAnswers } from './answers.ts';
import { bringIn } from './bring-in.ts';
import { runClosedLoop } from './closed-loop.ts';
import { ratioFigure } from './figure.ts';
import type { Figure } from './figure.ts';
import type { HttpClient } from './http-client.ts';
import { inTurns } from './in-turns.ts';
import type { ServePart } from './serve-part.ts';
import { openServer } from './server.ts';
import { textsOf } from './text-sets.ts';
import { zipf } from './zipf.ts';

const MANY = 1_024;
const MORE = 4_096;
const CONCURRENCY = 64;
const TEXTS = 1_024;
const GOAL = { atLeast: 0.95 };
/** Answers asked for once more, alone. */
const COMPARED = 256;

const SIDES = {
  uniform: { what: `${MANY} adapters, uniform`, adapters: MANY, isZipf: false },
  zipf: { what: `${MANY} adapters, Zipf`, adapters: MANY, isZipf: true },
  '4096': { what: `${MORE} adapters, uniform`, adapters: MORE, isZipf: false },
} as const;
type Side = keyof typeof SIDES;
const SIDE_NAMES = ['uniform', 'zipf', '4096'] as const satisfies readonly Side[];

interface Request {
  readonly model: string;
  readonly text: string;
}

/** Short texts, one a request: of all loads the one in which an adapter weighs most beside the backbone. */
export const MANY_ADAPTERS: ServePart = {
  name: `P5: ${MANY} adapters in flight against one`,
  keys: [...SIDE_NAMES.map((side) => `P5.${side}`), 'P5.answers'],
  measure: async ({ folder, rounds, share, say }) => {
    say(`P5: ${MORE} adapters of ${(folder.adapterBytes / 2 ** 20).toFixed(2)} MiB`);
    const models = await folder.modelIds(MORE);
    const texts = textsOf('short', Math.max(32, Math.round(share * TEXTS)));
    const cacheMb = Math.ceil((1.25 * MORE * folder.adapterBytes) / 2 ** 20);
    await using server = await openServer(folder, { env: { LEVIGATE_ADAPTER_CACHE_MB: String(cacheMb) } });
    await using client = server.createClient(CONCURRENCY);
    await bringIn(client, models);
    const differences: number[] = [];
    const turn = (choose: () => number) => async () => {
      const requests = texts.map((text): Request => ({ text, model: models[choose()] ?? '' }));
      return await load(client, requests, (difference) => differences.push(difference));
    };
    const random = createRandom(5);
    const sides = {
      one: turn(() => 0),
      uniform: turn(() => random.integer(MANY)),
      zipf: turn(zipf(MANY, random)),
      '4096': turn(() => random.integer(MORE)),
    };
    for (const warmUp of Object.values(sides)) await warmUp();
    say('P5: in turns');
    const perSecond = await inTurns(rounds, sides);
    const figures = SIDE_NAMES.map((side): Figure =>
      ratioFigure({
        key: `P5.${side}`,
        what: `${SIDES[side].what}, single short texts, ${CONCURRENCY} at once / one adapter`,
        goal: GOAL,
        unit: 'texts/s',
        ours: perSecond[side],
        baseline: perSecond.one,
        details: { adapterBytes: folder.adapterBytes, adapterCacheMb: cacheMb, method: folder.method },
      }),
    );
    return [...figures, answersFigure('P5.answers', differences)];
  },
};

/** Requests a second; some answers are then asked for again, one at a time, and compared. */
async function load(
  client: HttpClient,
  requests: readonly Request[],
  onDifference: (difference: number) => void,
): Promise<number> {
  const bodies = requests.map(({ model, text }) => JSON.stringify({ model, input: text }));
  const { ms, replies } = await runClosedLoop(client, bodies, CONCURRENCY);
  const answers = replies.map((reply, index) => readOne(reply, requests[index]?.model));
  const step = Math.max(1, Math.floor(requests.length / COMPARED));
  for (let index = 0; index < requests.length; index += step) {
    const alone = readOne(await client.post(bodies[index] ?? ''), requests[index]?.model);
    const answer = answers[index];
    if (answer !== undefined) onDifference(largestDifference(answer, alone));
  }
  return (1_000 * requests.length) / ms;
}

function readOne(reply: Parameters<typeof readAnswers>[0], model = '') {
  const [answer] = readAnswers(reply, { inputs: 1, models: [model] }).data;
  if (answer === undefined) throw new Error('an answer without a prediction');
  return answer;
}
