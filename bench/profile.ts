import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { readProfile } from './profile/read-profile.ts';
import { treeOf } from './serve/process-tree.ts';
import { openServer } from './serve/server.ts';
import { createTrainedFolder } from './serve/trained-folder.ts';
import { benchTexts } from './texts.ts';

/**
 * Where a prediction's time goes: `npm run profile -- predict [--requests 200] [--batch 1] [--cached]`. Trains a small model, asks it one request after the
 * other, prints the stages' times and the functions that took longest in each process, and leaves a .cpuprofile of each in bench/results/profiles.
 */
const FOLDER = join(import.meta.dirname, 'results/profiles');
const WARM_UP = 20;
const SHOWN = 12;
const DEADLINE_MS = 20_000;

/** Which script each of the server's processes runs. */
const PROCESSES = [
  ['gateway', 'cli.mjs'],
  ['worker API', 'main.mjs'],
  ['device process', 'device.mjs'],
] as const;

/** The headers of an answer that say what took how long. */
const STAGES = ['x-tokenization-time', 'x-queue-time', 'x-inference-time'] as const;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    requests: { type: 'string', default: '200' },
    batch: { type: 'string', default: '1' },
    cached: { type: 'boolean', default: false },
  },
});
if (positionals.join() !== 'predict') {
  console.error('usage: npm run profile -- predict [--requests N] [--batch TEXTS] [--cached]');
  process.exit(2);
}
await profilePredictions({ requests: Number(values.requests), batch: Number(values.batch), isCached: values.cached });

interface ProfileOptions {
  readonly requests: number;
  /** Texts a request. */
  readonly batch: number;
  /** With the feature cache, which knows every text from the warm-up. */
  readonly isCached: boolean;
}

async function profilePredictions({ requests, batch, isCached }: ProfileOptions): Promise<void> {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  console.error('training a model');
  await using folder = await createTrainedFolder();
  const [model] = await folder.modelIds(1);
  const recorder = pathToFileURL(join(import.meta.dirname, 'profile/record.ts')).href;
  await using server = await openServer(folder, {
    isCached,
    env: { NODE_OPTIONS: `--import ${recorder}`, LEVIGATE_PROFILE_FOLDER: FOLDER },
  });
  const texts = benchTexts(batch * (isCached ? WARM_UP : requests + WARM_UP)).rows.map(({ text }) => text);
  const ask = async (turn: number): Promise<readonly number[]> => {
    const from = (turn * batch) % texts.length;
    const startedMs = performance.now();
    const response = await fetch(`${server.url}/v1/predict`, {
      method: 'POST',
      headers: { authorization: `Bearer ${folder.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, input: texts.slice(from, from + batch) }),
    });
    const answer = await response.text();
    if (!response.ok) throw new Error(`a prediction was refused: ${answer}`);
    return [performance.now() - startedMs, ...STAGES.map((stage) => Number(response.headers.get(stage)))];
  };
  for (let turn = 0; turn < WARM_UP; turn += 1) await ask(turn);
  const pids = await treeOf(server.pid);
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  const measured: (readonly number[])[] = [];
  for (let turn = WARM_UP; turn < WARM_UP + requests; turn += 1) measured.push(await ask(turn));
  for (const pid of pids) process.kill(pid, 'SIGUSR2');
  await waitForProfiles(pids.length);
  printStages(measured);
  for (const [name, script] of PROCESSES) printProcess(name, script, requests);
  console.log(`\n${FOLDER}: a .cpuprofile of each, for the developer tools of a browser or an editor`);
}

async function waitForProfiles(count: number): Promise<void> {
  const untilMs = performance.now() + DEADLINE_MS;
  while (profiles().length < count) {
    if (performance.now() > untilMs)
      throw new Error(`only ${profiles().length} of ${count} processes wrote their profile`);
    await sleep(50);
  }
}

function profiles(): readonly string[] {
  return readdirSync(FOLDER).filter((file) => file.endsWith('.cpuprofile'));
}

function printStages(measured: readonly (readonly number[])[]): void {
  const rest = measured.map(([total = 0, ...stages]) => total - stages.reduce((sum, ms) => sum + ms, 0));
  const rows = [
    ['whole request', measured.map(([total = 0]) => total)],
    ...STAGES.map((stage, at) => [stage.slice(2).replaceAll('-', ' '), measured.map((each) => each[at + 1] ?? 0)]),
    ['HTTP, gateway, adapters', rest],
  ] as const;
  console.log(`\n${'stage'.padEnd(26)}median ms   p90 ms`);
  for (const [name, times] of rows) {
    console.log(`${String(name).padEnd(26)}${quantile(times, 0.5).padStart(9)}${quantile(times, 0.9).padStart(9)}`);
  }
}

function quantile(times: readonly number[] | string, share: number): string {
  const sorted = Array.from(times, Number).sort((one, other) => one - other);
  return (sorted[Math.floor(share * sorted.length)] ?? Number.NaN).toFixed(2);
}

function printProcess(name: string, script: string, requests: number): void {
  const file = profiles().find((each) => each.startsWith(`${script}-`));
  if (file === undefined) return console.log(`\n${name}: wrote no profile`);
  const { totalMs, busyMs, functions } = readProfile(readFileSync(join(FOLDER, file), 'utf8'));
  console.log(
    `\n${name}: ${(busyMs / requests).toFixed(2)} ms a request, busy ${((100 * busyMs) / totalMs).toFixed(0)} % of the time`,
  );
  console.log(`${'ms a request'.padStart(12)}  share  function`);
  for (const { name: called, place, selfMs } of functions.slice(0, SHOWN)) {
    const share = `${((100 * selfMs) / busyMs).toFixed(1)} %`;
    console.log(`${(selfMs / requests).toFixed(3).padStart(12)}  ${share.padStart(5)}  ${called}  ${place}`);
  }
}
