import type { BenchOptions } from './bench-options.ts';
import type { BenchResult } from './result.ts';
import { COLD_START } from './serve/cold-start.ts';
import { FAN_OUT } from './serve/fan-out.ts';
import { describeMissing, toJson, toRow } from './serve/figure.ts';
import type { Finding } from './serve/figure.ts';
import { GATEWAY } from './serve/gateway.ts';
import { MANY_ADAPTERS } from './serve/many-adapters.ts';
import { MEMORY } from './serve/memory.ts';
import { OVERLOADED } from './serve/overload.ts';
import { PEERS } from './serve/peers.ts';
import type { Measuring, ServePart } from './serve/serve-part.ts';
import { THROUGHPUT } from './serve/throughput.ts';
import { createTrainedFolder } from './serve/trained-folder.ts';

const PARTS: readonly ServePart[] = [
  THROUGHPUT,
  ...PEERS,
  MANY_ADAPTERS,
  FAN_OUT,
  GATEWAY,
  COLD_START,
  OVERLOADED,
  MEMORY,
];

const MESSAGE_CHARS = 400;
const ROUNDS = 5;
const QUICK_ROUNDS = 2;
const QUICK_SHARE = 0.25;
/** For a look at whether it runs at all, on a machine that is busy: the work of every turn is multiplied by it. */
const SCALE = Number(process.env['LEVIGATE_BENCH_SCALE'] ?? 1);

/**
 * Serving, end to end over HTTP, against baselines of the same run. `--only` runs the parts whose name contains a text,
 * `--skip` those whose name does not, `--quick` fewer and shorter turns. A part that cannot be measured is in the table as such, and the others still run.
 */
export async function benchServe({ only, skip, isQuick }: BenchOptions): Promise<BenchResult> {
  const parts = PARTS.filter(
    ({ name }) => (only === null || contains(name, only)) && !(skip !== null && contains(name, skip)),
  );
  if (parts.length === 0) {
    throw new Error(`No part is left. There are: ${PARTS.map(({ name }) => name).join('; ')}.`);
  }
  const say = (what: string): void => console.error(what);
  say('training a model');
  await using folder = await createTrainedFolder();
  const rounds = isQuick ? QUICK_ROUNDS : ROUNDS;
  const findings: Finding[] = [];
  for (const part of parts) {
    findings.push(...(await measurePart(part, { folder, rounds, share: SCALE * (isQuick ? QUICK_SHARE : 1), say })));
  }
  return {
    title: `Serving (${folder.method}); ${rounds} turns a side; median (min, 10 % to 90 %)`,
    rows: findings.map(toRow),
    figures: toJson(findings),
    problem: describeMissing(findings),
    isPartial: isQuick || SCALE !== 1 || only !== null || skip !== null,
  };
}

const contains = (name: string, text: string): boolean => name.toLowerCase().includes(text.toLowerCase());

async function measurePart(part: ServePart, measuring: Measuring): Promise<readonly Finding[]> {
  try {
    return await part.measure(measuring);
  } catch (error) {
    // A failed query's message holds all of its parameters.
    const message = (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE_CHARS);
    console.error(error instanceof Error ? (error.stack ?? message).slice(0, 4 * MESSAGE_CHARS) : message);
    return part.keys.map((key) => ({ key, what: part.name, goal: null, missing: message }));
  }
}
