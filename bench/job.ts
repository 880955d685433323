import { toJsonl } from '../tests/support/example-texts.ts';
import { createDataFolder, startLevigate } from '../tests/support/levigate-process.ts';
import type { FineTuningReport, Levigate } from '../src/sdk/index.ts';
import { openBareRuntime } from './bare-runtime.ts';
import { seconds } from './result.ts';
import type { BenchResult } from './result.ts';
import { timed } from './stopwatch.ts';
import { benchTexts } from './texts.ts';

export const JOB_ROWS = 2_000;
export const CACHED_GOAL_MS = 3_000;

/** From `jobs.create` to `succeeded` through HTTP, first with no feature known, then with all of them cached. */
export async function benchJob(): Promise<BenchResult> {
  const { name, rows } = benchTexts(JOB_ROWS);
  const { cold, cached, report } = await measureJobs(toJsonl(rows));
  await using bare = await openBareRuntime();
  const baseline = await bare.bestMs(rows.map(({ text }) => text));
  return {
    title: `A job of ${rows.length} texts (${name}), all methods, ${report.served} served`,
    rows: [
      {
        what: 'cold: file to adapter / bare onnxruntime, forward passes only',
        measured: seconds(cold),
        baseline: `${seconds(baseline.ms)} (budget ${baseline.tokenBudget})`,
        ratio: cold / baseline.ms,
        goal: '<= 1.5',
      },
      {
        what: 'cached features: file to adapter',
        measured: seconds(cached),
        baseline: '',
        ratio: cached / CACHED_GOAL_MS,
        goal: '<= 3 s (ratio 1)',
      },
      ...report.methods.map((method) => ({
        what: `  training ${method.method}`,
        measured: `${method.seconds.toFixed(2)} s`,
        baseline: '',
        ratio: null,
        goal: '',
      })),
    ],
  };
}

/** Milliseconds of one job without and one with cached features, and the latter's report. */
export async function measureJobs(jsonl: string): Promise<{ cold: number; cached: number; report: FineTuningReport }> {
  await using data = await createDataFolder();
  await using levigate = await startLevigate(data.path);
  const { client } = levigate;
  const file = await client.files.create({ file: jsonl, filename: 'train.jsonl', purpose: 'fine-tune' });
  const cold = await timed(() => runJob(client, file.id));
  const cached = await timed(() => runJob(client, file.id));
  return { cold: cold.ms, cached: cached.ms, report: await client.jobs.report(cached.result) };
}

async function runJob(client: Levigate, fileId: string): Promise<string> {
  const { id } = await client.jobs.create({ model: 'all-minilm-l6-v2', training_file: fileId, seed: 1 });
  // Asking more often takes the cores from what is measured.
  await client.jobs.wait(id, { pollIntervalMs: 100 });
  return id;
}
