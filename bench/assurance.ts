import { createRandom } from '../src/engine/index.ts';
import { assureAnswers, createPredictor, fineTune, readAdapter, resolveLeviConfig } from '../src/levi/index.ts';
import type { FeatureMatrix, LabelledFeatures } from '../src/levi/index.ts';
import { manyTickets } from '../tests/support/example-texts.ts';
import { createTestRuntime } from '../tests/support/runtime.ts';
import type { BenchResult, BenchRow } from './result.ts';
import { timed } from './stopwatch.ts';

const ROWS = 1_200;
// Those of all-minilm-l6-v2.
const TAPS = 7;
const WIDTH = 384;
const INPUTS = [1, 32, 256];
const LEAST_MS = 1_000;

const OPTIONS = [
  ['shift score', {}],
  ['with sets at 0.9', { coverage: 0.9 }],
  ['with abstention at 0.1', { abstainAtRisk: 0.1 }],
  ['with the 10 nearest', { nearest: 10 }],
] as const;

/** What it costs to say how far an answer can be trusted, against the adapter's own time; features are made up, which changes neither. */
export async function benchAssurance(): Promise<BenchResult> {
  const runtime = createTestRuntime();
  const train = madeUpRows(ROWS);
  const adapter = readAdapter(await trainAdapter(train));
  await using predictor = await createPredictor(runtime, adapter.architecture.spec);
  const rows: BenchRow[] = [];
  for (const count of INPUTS) {
    const data = train.features.data.subarray(0, count * TAPS * WIDTH);
    const features: FeatureMatrix = { ...train.features, rows: count, data };
    const texts = train.records.slice(0, count).map(({ text }) => text);
    const answer = () => predictor.run(adapter, { features, texts });
    const { answers } = await answer();
    const own = await perInput(count, answer);
    for (const [what, options] of OPTIONS) {
      const cost = await perInput(count, async () => assureAnswers(adapter, { features, answers }, options));
      rows.push({
        what: `${count} ${count === 1 ? 'input' : 'inputs'}, ${what}`,
        measured: `${(1_000 * cost).toFixed(1)} us an input`,
        baseline: `${(1_000 * own).toFixed(1)} us`,
        ratio: cost / own,
        goal: '',
      });
    }
  }
  return { title: `Assurance of answers against the adapter (${adapter.manifest.method})`, rows };
}

function madeUpRows(rows: number): LabelledFeatures {
  const random = createRandom(1);
  const data = Float32Array.from({ length: rows * TAPS * WIDTH }, () => random.normal());
  return { records: manyTickets(rows), features: { rows, taps: TAPS, width: WIDTH, data } };
}

async function trainAdapter(train: LabelledFeatures): Promise<Uint8Array> {
  const run = fineTune({
    runtime: createTestRuntime(),
    train,
    shifts: [],
    config: resolveLeviConfig({ levi: { method: 'levi+ensemble' }, hyperparameters: { n_epochs: 1 } }),
    seed: 1,
    provenance: { backbone: 'bench', backboneFingerprint: '', trainingFileSha256: '', threads: 1 },
  });
  let next = await run.next();
  while (next.done !== true) next = await run.next();
  return next.value.adapter;
}

/** Milliseconds. */
async function perInput(count: number, work: () => Promise<unknown>): Promise<number> {
  for (let warm = 0; warm < 20; warm++) await work();
  let runs = 0;
  const { ms } = await timed(async () => {
    const startedMs = performance.now();
    for (; performance.now() - startedMs < LEAST_MS; runs++) await work();
  });
  return ms / runs / count;
}
