import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { FineTuningReport, Levigate } from '../src/sdk/index.ts';
import { readTickets, toJsonl } from '../tests/support/example-texts.ts';
import type { LabelledText } from '../tests/support/example-texts.ts';
import { createDataFolder, startLevigate } from '../tests/support/levigate-process.ts';
import { formatEstimate, toEstimate } from './estimate.ts';
import type { BenchResult, BenchRow } from './result.ts';
import { ASSETS } from './texts.ts';

const SEEDS = [1, 2, 3, 4, 5];

interface Study {
  readonly name: string;
  readonly train: readonly LabelledText[];
  readonly shifts: readonly { readonly name: string; readonly rows: readonly LabelledText[] }[];
}

/** Every method over five seeds: accuracy on held-out rows of the training source and on the mean of the shifts. */
export async function benchAccuracy(): Promise<BenchResult> {
  await using data = await createDataFolder();
  await using levigate = await startLevigate(data.path);
  const rows: BenchRow[] = [];
  for (const study of studies()) {
    const reports: FineTuningReport[] = [];
    for (const seed of SEEDS) reports.push(await runStudy(levigate.client, study, seed));
    rows.push(...describeStudy(study, reports));
  }
  writeFileSync(join(import.meta.dirname, 'results/accuracy.md'), toMarkdown(rows));
  return {
    title: `Accuracy in %, mean and 95 % interval over ${SEEDS.length} seeds; baseline: linear_probe, difference in points`,
    rows,
  };
}

/** What is at hand: the support tickets always, SST-2 with three other sources where the assets are. */
function studies(): Study[] {
  const tickets: Study = {
    name: 'tickets: e-mail to chat',
    train: readTickets('email'),
    shifts: [{ name: 'chat', rows: readTickets('chat') }],
  };
  if (!existsSync(join(ASSETS, 'data/sst2/train.jsonl.gz'))) return [tickets];
  const other = readGzip('data/uci-sentiment-sentences/sentences.jsonl.gz');
  const sources = Object.entries(Object.groupBy(other, ({ domain }) => domain ?? ''));
  const shifts = sources.map(([name, rows = []]) => ({ name, rows }));
  return [tickets, { name: 'SST-2 to imdb, amazon, yelp', train: readGzip('data/sst2/train.jsonl.gz'), shifts }];
}

const readGzip = (path: string): (LabelledText & { domain?: string })[] =>
  gunzipSync(readFileSync(join(ASSETS, path)))
    .toString('utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LabelledText);

async function runStudy(client: Levigate, { train, shifts }: Study, seed: number): Promise<FineTuningReport> {
  const upload = async (rows: readonly LabelledText[]) =>
    (await client.files.create({ file: toJsonl(rows), filename: 'rows.jsonl', purpose: 'fine-tune' })).id;
  const { id } = await client.jobs.create({
    model: 'all-minilm-l6-v2',
    training_file: await upload(train),
    seed,
    levi: {
      shift_files: await Promise.all(shifts.map(async ({ name, rows }) => ({ name, file: await upload(rows) }))),
    },
  });
  await client.jobs.wait(id);
  return client.jobs.report(id);
}

type Figure = (report: FineTuningReport, method: string) => number;

const inDistribution: Figure = (report, method) => 100 * (methodOf(report, method)?.id.score.value ?? Number.NaN);
const underShift: Figure = (report, method) => {
  const shifts = methodOf(report, method)?.shifts ?? [];
  return (100 * shifts.reduce((sum, { score }) => sum + score.value, 0)) / shifts.length;
};
const methodOf = (report: FineTuningReport, name: string) => report.methods.find(({ method }) => method === name);

function describeStudy({ name }: Study, reports: readonly FineTuningReport[]): BenchRow[] {
  const methods = reports[0]?.methods.map(({ method }) => method) ?? [];
  const line = (what: string, pick: (report: FineTuningReport) => string): BenchRow => {
    const estimate = (figure: Figure) => toEstimate(reports.map((report) => figure(report, pick(report))));
    const gain = (figure: Figure) =>
      toEstimate(reports.map((report) => figure(report, pick(report)) - figure(report, 'linear_probe')));
    return {
      what,
      measured: `held-out ${formatEstimate(estimate(inDistribution))}  shift ${formatEstimate(estimate(underShift))}`,
      baseline: `held-out ${formatEstimate(gain(inDistribution), true)}  shift ${formatEstimate(gain(underShift), true)}`,
      ratio: null,
      goal: '',
    };
  };
  const served = Object.entries(Object.groupBy(reports, ({ served: method }) => method)).map(
    ([method, runs]) => `${method} x${runs?.length ?? 0}`,
  );
  return [
    { what: name, measured: '', baseline: '', ratio: null, goal: '' },
    ...methods.map((method) => line(`  ${method}`, () => method)),
    line(`  auto (${served.join(', ')})`, (report) => report.served),
  ];
}

function toMarkdown(rows: readonly BenchRow[]): string {
  const lines = rows.map(({ what, measured, baseline }) => `| ${what.trim()} | ${measured} | ${baseline} |`);
  return ['| method | accuracy | minus linear_probe |', '|---|---|---|', ...lines, ''].join('\n');
}
