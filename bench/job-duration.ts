import { manyTickets, toJsonl } from '../tests/support/example-texts.ts';
import type { LabelledText } from '../tests/support/example-texts.ts';
import { createDataFolder, startLevigate } from '../tests/support/levigate-process.ts';
import type { CreateJobParams, Levigate, LeviOptions } from '../src/sdk/index.ts';
import { seconds } from './result.ts';
import type { BenchResult, BenchRow } from './result.ts';
import { benchTexts } from './texts.ts';

interface Scenario {
  readonly what: string;
  readonly rows: readonly LabelledText[];
  readonly levi?: LeviOptions;
}

// Smaller for a first look: the rows of every scenario are multiplied by it.
const SCALE = Number(process.env['LEVIGATE_BENCH_SCALE'] ?? 1);
/** Of the estimate; what the dry run promises. */
const TOLERANCE = 0.3;
const SENTENCES_OF_A_LONG_TEXT = 8;

/** What the dry run says a job would take, against what it took: sizes, lengths, classes and options. No text comes twice, so no features are cached. */
export async function benchEstimate(): Promise<BenchResult> {
  await using data = await createDataFolder();
  await using levigate = await startLevigate(data.path);
  const rows: BenchRow[] = [];
  for (const scenario of scenarios()) rows.push(await compare(levigate.client, scenario));
  return { title: "A job's duration, estimated before and measured", rows };
}

/** In this order: the first one knows no past jobs, each later one those before it. */
function scenarios(): readonly Scenario[] {
  const take = takeSentences();
  const short = (count: number, levi?: LeviOptions, note = ''): Scenario => ({
    what: `${scaled(count)} sentences${note}`,
    rows: take(scaled(count)),
    ...(levi === undefined ? {} : { levi }),
  });
  const long = (count: number): Scenario => ({
    what: `${scaled(count)} texts of ${SENTENCES_OF_A_LONG_TEXT} sentences`,
    rows: joinSentences(take(scaled(count) * SENTENCES_OF_A_LONG_TEXT)),
  });
  return [
    short(600),
    short(300),
    short(1_000),
    short(4_000),
    long(300),
    long(1_000),
    { what: `${scaled(600)} support tickets, 6 classes`, rows: manyTickets(scaled(600)) },
    short(600, { seeds: 3 }, ', 3 seeds'),
    short(600, { baselines: 'all' }, ', all baselines'),
    short(600, { baselines: 'all', seeds: 5 }, ', all baselines, 5 seeds'),
    short(600, { search: { budget: { trials: 9 } } }, ', a search of 9 trials'),
    short(600, { corruptions: 'all' }, ', all corruptions'),
    { what: `${scaled(600)} sentences of 3 groups`, rows: inGroups(take(scaled(600))), levi: { group_by: 'group' } },
    { what: `${scaled(1_000)} sentences, ${TOPICS} classes`, rows: take(scaled(1_000)).map(toTopic) },
  ];
}

const TOPICS = 40;
/** A sentence with a word that tells its class. */
const toTopic = ({ text }: LabelledText, index: number): LabelledText => {
  const topic = `topic${index % TOPICS}`;
  return { text: `${text} ${topic}`, label: topic };
};

const inGroups = (rows: readonly LabelledText[]): readonly LabelledText[] =>
  rows.map((row, index) => ({ ...row, group: `source${index % 3}` }));

const scaled = (count: number): number => Math.max(60, Math.round(count * SCALE));

const ALL_SENTENCES = 10_000;

/** Each call gives sentences that no earlier one gave; once all were given, the same with the number of the round behind them. */
function takeSentences(): (count: number) => readonly LabelledText[] {
  const { rows } = benchTexts(ALL_SENTENCES);
  let taken = 0;
  const next = (): LabelledText => {
    const round = Math.floor(taken / rows.length);
    const { text, label } = rows[taken % rows.length] ?? { text: '', label: '' };
    taken += 1;
    return { text: round === 0 ? text : `${text} ${round}`, label };
  };
  return (count) => Array.from({ length: count }, next);
}

/** Sentences of one label in a row, so that the text has that label. */
function joinSentences(sentences: readonly LabelledText[]): readonly LabelledText[] {
  const labels = [...new Set(sentences.map(({ label }) => label))];
  return labels.flatMap((label) => {
    const own = sentences.filter((sentence) => sentence.label === label).map(({ text }) => text);
    return Array.from({ length: Math.floor(own.length / SENTENCES_OF_A_LONG_TEXT) }, (_, index) => {
      const from = index * SENTENCES_OF_A_LONG_TEXT;
      return { text: own.slice(from, from + SENTENCES_OF_A_LONG_TEXT).join(' '), label };
    });
  });
}

async function compare(client: Levigate, { what, rows, levi }: Scenario): Promise<BenchRow> {
  const file = await client.files.create({ file: toJsonl(rows), filename: 'train.jsonl', purpose: 'fine-tune' });
  const request: CreateJobParams = { model: 'all-minilm-l6-v2', training_file: file.id, seed: 1, levi };
  const { estimate } = await client.jobs.dryRun(request);
  const { id } = await client.jobs.create(request);
  const ms = await runningMs(client, id);
  const ratio = ms / 1000 / estimate.seconds;
  return {
    what,
    measured: seconds(ms),
    baseline: `${seconds(estimate.seconds * 1000)} estimated (${estimate.based_on})`,
    ratio,
    goal: `${1 - TOLERANCE} to ${1 + TOLERANCE}`,
  };
}

/** From the start of training to the model, as the estimate counts; the wait for the worker is left out. */
async function runningMs(client: Levigate, id: string): Promise<number> {
  let startMs: number | undefined;
  await client.jobs.wait(id, {
    pollIntervalMs: 50,
    onProgress: ({ status }) => {
      if (status !== 'queued') startMs ??= performance.now();
    },
  });
  return performance.now() - (startMs ?? performance.now());
}
