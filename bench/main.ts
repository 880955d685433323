import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAccuracy } from './accuracy.ts';
import type { BenchOptions } from './bench-options.ts';
import { describeMachine } from './machine.ts';
import { benchAssurance } from './assurance.ts';
import { benchDrift } from './drift.ts';
import { benchJob } from './job.ts';
import { benchEstimate } from './job-duration.ts';
import { benchPredict } from './predict.ts';
import { formatTable } from './result.ts';
import type { BenchResult } from './result.ts';
import { benchTrain } from './train.ts';

/** Every benchmark: figures as ratios to a baseline of the same run, since machines differ and are noisy. */
const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult>>> = {
  job: benchJob,
  predict: benchPredict,
  train: benchTrain,
  accuracy: benchAccuracy,
  estimate: benchEstimate,
  assurance: benchAssurance,
  drift: benchDrift,
};

const asked = readArguments();
if (asked === null) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')} [--only TEXT] [--quick]`);
  process.exit(2);
}
for (const name of asked.names) {
  const result = await BENCHES[name]?.(asked.options);
  if (result) report(name, result);
}

/** What the command line asks for; null where it cannot be understood. */
function readArguments(): { readonly names: readonly string[]; readonly options: BenchOptions } | null {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { only: { type: 'string' }, quick: { type: 'boolean' } },
    });
    const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name));
    if (positionals.length === 0 || unknown !== undefined) return null;
    return { names: positionals, options: { only: values.only ?? null, isQuick: values.quick ?? false } };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

function report(name: string, { rows, title, markdown, isPartial = false, details }: BenchResult): void {
  const machine = describeMachine();
  console.log(`\n${title}\n${machine}\n\n${formatTable(rows)}\n`);
  if (isPartial) return;
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const kept = { title, rows, details, machine, at: new Date().toISOString() };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
  if (markdown !== undefined) writeFileSync(join(folder, `${name}.md`), markdown);
}
