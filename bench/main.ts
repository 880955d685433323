import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchAccuracy } from './accuracy.ts';
import type { BenchOptions } from './bench-options.ts';
import { describeMachine } from './machine.ts';
import { benchAssurance } from './assurance.ts';
import { benchCost } from './cost.ts';
import { benchDrift } from './drift.ts';
import { benchJob } from './job.ts';
import { benchEstimate } from './job-duration.ts';
import { formatTable } from './result.ts';
import type { BenchResult } from './result.ts';
import { benchServe } from './serve.ts';
import { benchTrain } from './train.ts';

/** Every benchmark: figures as ratios to a baseline of the same run, since machines differ and are noisy. */
const BENCHES: Readonly<Record<string, (options: BenchOptions) => Promise<BenchResult>>> = {
  job: benchJob,
  train: benchTrain,
  accuracy: benchAccuracy,
  estimate: benchEstimate,
  assurance: benchAssurance,
  drift: benchDrift,
  serve: benchServe,
  cost: benchCost,
};

const asked = readArguments();
if (asked === null) {
  const names = Object.keys(BENCHES).join(' | ');
  console.error(`usage: npm run bench -- ${names} [--only TEXT] [--skip TEXT] [--quick] [--json FILE]`);
  process.exit(2);
}
const figures: Record<string, unknown> = {};
for (const name of asked.names) {
  const result = await BENCHES[name]?.(asked.options);
  if (!result) continue;
  report(name, result);
  Object.assign(figures, result.figures);
  if (typeof result.problem === 'string') {
    console.error(`${name}: ${result.problem}`);
    process.exitCode = 1;
  }
}
if (asked.jsonFile !== null) writeFileSync(asked.jsonFile, `${JSON.stringify(figures, null, 2)}\n`);

interface Asked {
  readonly names: readonly string[];
  readonly options: BenchOptions;
  /** Where the figures by key go, of benchmarks that give them. */
  readonly jsonFile: string | null;
}

/** What the command line asks for; null where it cannot be understood. */
function readArguments(): Asked | null {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        only: { type: 'string' },
        skip: { type: 'string' },
        quick: { type: 'boolean' },
        json: { type: 'string' },
      },
    });
    const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name));
    if (positionals.length === 0 || unknown !== undefined) return null;
    const options = { only: values.only ?? null, skip: values.skip ?? null, isQuick: values.quick ?? false };
    return { names: positionals, options, jsonFile: values.json ?? null };
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return null;
  }
}

function report(name: string, { rows, title, markdown, isPartial = false, details, figures }: BenchResult): void {
  const machine = describeMachine();
  console.log(`\n${title}\n${machine}\n\n${formatTable(rows)}\n`);
  if (isPartial) return;
  const folder = join(import.meta.dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const kept = { title, rows, details, figures, machine, at: new Date().toISOString() };
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`);
  if (markdown !== undefined) writeFileSync(join(folder, `${name}.md`), markdown);
}
