import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/**
 * `npm run check`: every check of package.json at once, as many as there are cores, the longest first. A check that fails shows what it said.
 */
const CHECKS = ['lint', 'types:node', 'types:worker', 'knip', 'types:bindings:check', 'format:check'] as const;

const waiting: string[] = [...CHECKS];
const failed: string[] = [];
const startedMs = performance.now();

/** A line of its own when it ends. */
async function run(script: string): Promise<void> {
  const beganMs = performance.now();
  const child = spawn(process.execPath, ['--run', script], { env: { ...process.env, FORCE_COLOR: '1' } });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => said.push(part));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  console.log(`${code === 0 ? 'ok  ' : 'FAIL'}  ${script}  ${secondsSince(beganMs)} s`);
  if (code === 0) return;
  failed.push(script);
  process.stdout.write(Buffer.concat(said));
}

const secondsSince = (fromMs: number): string => ((performance.now() - fromMs) / 1000).toFixed(1);

async function runInTurn(): Promise<void> {
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next);
}

await Promise.all(Array.from({ length: availableParallelism() }, runInTurn));
console.log(
  `${failed.length === 0 ? 'all checks hold' : `failed: ${failed.join(', ')}`}, ${secondsSince(startedMs)} s`,
);
if (failed.length > 0) process.exitCode = 1;
