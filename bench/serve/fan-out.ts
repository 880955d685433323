import { answersFigure } from './answers-figure.ts';
import { largestDifference, readAnswers } from './answers.ts';
import { bringIn } from './bring-in.ts';
import { ratioFigure } from './figure.ts';
import type { Finding } from './figure.ts';
import type { HttpClient } from './http-client.ts';
import type { ServePart } from './serve-part.ts';
import { openServer } from './server.ts';
import { LENGTHS, textsOf } from './text-sets.ts';
import type { Length } from './text-sets.ts';
import type { Prediction } from '../../src/contract/index.ts';

/** Adapters over one input, and what of the time of one that may take. */
const WIDTHS = [
  { adapters: 100, goal: { atMost: 1.2 } },
  { adapters: 1_000, goal: { atMost: 2 } },
] as const;
const MOST = 1_000;
/** Texts of a length, each asked for once a round. */
const TEXTS = 16;
/** Adapters whose answers are asked for once more, alone. */
const COMPARED = 64;
/** The one that is promised; the others are told. */
const PROMISED: Length = 'mixed';

export const FAN_OUT: ServePart = {
  name: 'P6: one input through many adapters against one',
  keys: [...LENGTHS.flatMap((length) => WIDTHS.map((width) => keyOf(width.adapters, length))), 'P6.answers'],
  measure: async ({ folder, rounds, say }) => {
    say(`P6: ${MOST} adapters of ${(folder.adapterBytes / 2 ** 20).toFixed(2)} MiB`);
    const models = await folder.modelIds(MOST);
    const cacheMb = Math.ceil((1.25 * MOST * folder.adapterBytes) / 2 ** 20);
    await using server = await openServer(folder, { env: { LEVIGATE_ADAPTER_CACHE_MB: String(cacheMb) } });
    await using client = server.createClient(1);
    await bringIn(client, models);
    const findings: Finding[] = [];
    const differences: number[] = [];
    for (const length of LENGTHS) {
      say(`P6: ${length} texts`);
      const texts = textsOf(length, TEXTS);
      for (const { adapters, goal } of WIDTHS) {
        const named = { key: keyOf(adapters, length), goal: length === PROMISED ? goal : null };
        const what = `one ${length} text through ${adapters} adapters / through one`;
        const some = models.slice(0, adapters);
        const refusal = await findRefusal(client, some);
        if (refusal === null) {
          findings.push(ratioFigure({ ...named, what, unit: 'ms', ...(await time(client, { texts, some, rounds })) }));
          differences.push(await compare(client, { text: texts[0] ?? '', some }));
        } else findings.push({ ...named, what, missing: refusal });
      }
    }
    return [...findings, answersFigure('P6.answers', differences)];
  },
};

function keyOf(adapters: number, length: Length): string {
  return length === PROMISED ? `P6.${adapters}` : `P6.${adapters}.${length}`;
}

async function findRefusal(client: HttpClient, models: readonly string[]): Promise<string | null> {
  const { status, text } = await client.post(JSON.stringify({ models, input: 'warm up' }));
  return status === 400 ? text.slice(0, 200) : null;
}

interface Timing {
  readonly texts: readonly string[];
  readonly some: readonly string[];
  readonly rounds: number;
}

/** Milliseconds of each text through one and through all, one after the other. */
async function time(client: HttpClient, { texts, some, rounds }: Timing) {
  const ours: number[] = [];
  const baseline: number[] = [];
  const one = some.slice(0, 1);
  const ask = async (models: readonly string[], input: string): Promise<number> => {
    const reply = await client.post(JSON.stringify({ models, input }));
    readAnswers(reply, { inputs: 1, models });
    return reply.ms;
  };
  for (let round = 0; round < rounds; round += 1) {
    for (const text of texts) {
      baseline.push(await ask(one, text));
      ours.push(await ask(some, text));
    }
  }
  return { ours, baseline };
}

/** How far an answer among many is from the same adapter's alone. */
async function compare(
  client: HttpClient,
  { text, some }: { readonly text: string; readonly some: readonly string[] },
): Promise<number> {
  const ask = async (models: readonly string[]): Promise<readonly Prediction[]> =>
    readAnswers(await client.post(JSON.stringify({ models, input: text })), { inputs: 1, models }).data;
  const together = await ask(some);
  let largest = 0;
  for (let place = 0; place < some.length; place += Math.ceil(some.length / COMPARED)) {
    const [alone] = await ask(some.slice(place, place + 1));
    const answer = together[place];
    if (alone === undefined || answer === undefined) throw new Error('an answer without a prediction');
    largest = Math.max(largest, largestDifference(answer, alone));
  }
  return largest;
}
