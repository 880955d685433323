import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchAccuracy } from './accuracy.ts';
import { describeMachine } from './machine.ts';
import { benchAssurance } from './assurance.ts';
import { benchDrift } from './drift.ts';
import { benchJob } from './job.ts';
import { benchEstimate } from './job-duration.ts';
import { benchPredict } from './predict.ts';
import { formatTable } from './result.ts';
import type { BenchResult } from './result.ts';

/** Every benchmark: figures as ratios to a baseline of the same run, since machines differ and are noisy. */
const BENCHES: Readonly<Record<string, () => Promise<BenchResult>>> = {
  job: benchJob,
  predict: benchPredict,
  accuracy: benchAccuracy,
  estimate: benchEstimate,
  assurance: benchAssurance,
  drift: benchDrift,
};

const names = process.argv.slice(2);
const unknown = names.find((name) => !Object.hasOwn(BENCHES, name));
if (names.length === 0 || unknown !== undefined) {
  console.error(`usage: npm run bench -- ${Object.keys(BENCHES).join(' | ')}`);
  process.exit(2);
}

const folder = join(import.meta.dirname, 'results');
mkdirSync(folder, { recursive: true });
for (const name of names) {
  const result = await BENCHES[name]?.();
  if (!result) continue;
  const machine = describeMachine();
  console.log(`\n${result.title}\n${machine}\n\n${formatTable(result.rows)}\n`);
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ ...result, machine, at: new Date().toISOString() }, null, 2)}\n`,
  );
}
