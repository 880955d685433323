import { createDataFolder, startLevigate } from '../tests/support/levigate-process.ts';
import { accuracyMarkdown, accuracyRows } from './accuracy/accuracy-table.ts';
import { pacsStudies } from './accuracy/pacs-studies.ts';
import { runStudy } from './accuracy/run-study.ts';
import type { Study } from './accuracy/study.ts';
import { summariseStudy } from './accuracy/summarise-study.ts';
import type { StudySummary } from './accuracy/summarise-study.ts';
import { textStudies } from './accuracy/text-studies.ts';
import type { BenchOptions } from './bench-options.ts';
import type { BenchResult } from './result.ts';

const SEEDS = [1, 2, 3, 4, 5];

/**
 * Every method over five seeds: accuracy on held-out rows of the training source and on the mean of the shifts, and the regret of `auto`.
 * `--only` runs the studies whose name contains a text, `--quick` one seed.
 */
export async function benchAccuracy({ only, isQuick }: BenchOptions): Promise<BenchResult> {
  const seeds = isQuick ? SEEDS.slice(0, 1) : SEEDS;
  const all = [...textStudies(), ...pacsStudies()];
  const chosen = all.filter(({ name }) => only === null || name.toLowerCase().includes(only.toLowerCase()));
  if (chosen.length === 0) {
    throw new Error(`No study is called "${only}". There are: ${all.map(({ name }) => name).join('; ')}.`);
  }
  const summaries: StudySummary[] = [];
  for (const study of chosen) summaries.push(await measureStudy(study, seeds));
  const title = `Accuracy in %, mean and 95 % interval over ${seeds.length} seed${seeds.length === 1 ? '' : 's'}`;
  return {
    title: `${title}; baseline: linear_probe, difference in points`,
    rows: accuracyRows(summaries),
    details: { seeds, studies: summaries },
    markdown: accuracyMarkdown(summaries, title),
    isPartial: isQuick || only !== null,
  };
}

/** On a server of its own, as studies differ in where their backbone lies. */
async function measureStudy(study: Study, seeds: readonly number[]): Promise<StudySummary> {
  await using data = await createDataFolder();
  await using levigate = await startLevigate(data.path, { ...study.env });
  return summariseStudy(study.name, await runStudy(levigate.client, study, seeds));
}
