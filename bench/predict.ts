import { toJsonl } from '../tests/support/example-texts.ts';
import { createDataFolder, startLevigate } from '../tests/support/levigate-process.ts';
import type { Levigate } from '../src/sdk/index.ts';
import { openBareRuntime } from './bare-runtime.ts';
import type { BenchResult, BenchRow } from './result.ts';
import { timed } from './stopwatch.ts';
import { benchTexts } from './texts.ts';

const TRAINING_ROWS = 600;
const TEXTS = 1_600;
const BATCH = 32;
const CONCURRENCY = 32;

/** Predictions per second over HTTP, every text new to the cache, against bare onnxruntime on the same texts. */
export async function benchPredict(): Promise<BenchResult> {
  await using data = await createDataFolder();
  const { name, rows } = benchTexts(TRAINING_ROWS + 2 * TEXTS);
  const texts = rows.slice(TRAINING_ROWS).map(({ text }) => text);
  const batched = texts.slice(0, TEXTS);
  const singles = texts.slice(TEXTS);
  const measured = await (async () => {
    await using levigate = await startLevigate(data.path);
    const model = await train(levigate.client, toJsonl(rows.slice(0, TRAINING_ROWS)));
    await levigate.client.predict({ model, input: 'warm up' });
    return {
      batched: await timed(() => predictAll(levigate.client, model, chunk(batched, BATCH), 1)),
      singles: await timed(() => predictAll(levigate.client, model, chunk(singles, 1), CONCURRENCY)),
    };
  })();
  await using bare = await openBareRuntime();
  return {
    title: `Predictions (${name}), feature cache of no use`,
    rows: [
      row(
        `batches of ${BATCH}, one after the other`,
        batched.length / measured.batched.ms,
        batched.length / (await bare.bestMs(batched)).ms,
      ),
      row(
        `single inputs, ${CONCURRENCY} at once`,
        singles.length / measured.singles.ms,
        singles.length / (await bare.bestMs(singles)).ms,
      ),
    ],
  };
}

const row = (what: string, perMs: number, baselinePerMs: number): BenchRow => ({
  what: `${what} / bare onnxruntime`,
  measured: `${(perMs * 1000).toFixed(0)} a second`,
  baseline: `${(baselinePerMs * 1000).toFixed(0)} a second`,
  ratio: perMs / baselinePerMs,
  goal: 'first figure',
});

async function train(client: Levigate, jsonl: string): Promise<string> {
  const file = await client.files.create({ file: jsonl, filename: 'train.jsonl', purpose: 'fine-tune' });
  const { id } = await client.jobs.create({ model: 'all-minilm-l6-v2', training_file: file.id, seed: 1 });
  return (await client.jobs.wait(id)).fine_tuned_model ?? '';
}

/** `concurrency` callers, each taking the next request when its last was answered. */
async function predictAll(
  client: Levigate,
  model: string,
  requests: readonly string[][],
  concurrency: number,
): Promise<void> {
  const queue = requests[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (const input of queue) await client.predict({ model, input });
    }),
  );
}

const chunk = (texts: readonly string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(texts.length / size) }, (_, index) => texts.slice(index * size, (index + 1) * size));
