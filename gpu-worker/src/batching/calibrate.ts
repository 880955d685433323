import { setTimeout as sleep } from 'node:timers/promises';
import type { CostPoint } from './cost-model.ts';

export interface Measured {
  readonly tokenBudget: number;
  /** Ascending, up to the budget. */
  readonly points: readonly CostPoint[];
}

export interface CalibrateOptions {
  /** Sizes to try, in tokens, ascending. */
  readonly sizes: readonly number[];
  /** Runs one batch of so many tokens; milliseconds. */
  readonly run: (tokens: number) => Promise<number>;
  /** Whether the device has nothing else to do: what is measured beside other work is thrown away. */
  readonly isIdle: () => boolean;
  readonly signal: AbortSignal;
  /** Longest time that the device is taken for it, in milliseconds. */
  readonly limitMs?: number;
  readonly retryMs?: number;
}

const REPEATS = 3;
const LIMIT_MS = 3_000;
const RETRY_MS = 500;
// A larger batch keeps its last input waiting for longer: it must be worth it.
const WORTH = 1.03;

/**
 * Times batches of growing size while nobody else wants the device, and takes the smallest that is within 3 % of the fastest per token: on
 * a CPU larger ones fall out of its caches, smaller ones pay for reading the weights. Null when the signal fires or too little was measured.
 */
export async function calibrate(options: CalibrateOptions): Promise<Measured | null> {
  const { sizes, limitMs = LIMIT_MS } = options;
  const points: CostPoint[] = [];
  let spentMs = 0;
  for (const tokens of sizes) {
    let fastestMs = Number.POSITIVE_INFINITY;
    for (let repeat = 0; repeat < REPEATS && spentMs < limitMs; repeat++) {
      const ms = await runAlone(tokens, options);
      if (ms === null) return null;
      spentMs += ms;
      fastestMs = Math.min(fastestMs, ms);
    }
    // The first size of a fresh session also pays for its memory, so one run of it alone says nothing.
    if (Number.isFinite(fastestMs)) points.push({ tokens, ms: fastestMs });
  }
  return points.length < 2 ? null : chooseBudget(points);
}

async function runAlone(tokens: number, { run, isIdle, signal, retryMs = RETRY_MS }: CalibrateOptions) {
  for (;;) {
    while (!isIdle()) {
      if (signal.aborted) return null;
      await sleep(retryMs, undefined, { signal, ref: false }).catch(() => {});
    }
    if (signal.aborted) return null;
    const ms = await run(tokens);
    if (isIdle()) return ms;
  }
}

export function chooseBudget(points: readonly CostPoint[]): Measured {
  const perToken = ({ tokens, ms }: CostPoint): number => ms / tokens;
  const best = Math.min(...points.map(perToken));
  const chosen = points.find((point) => perToken(point) <= WORTH * best) ?? points.at(-1);
  const tokenBudget = chosen?.tokens ?? 1;
  // More tokens never cost less: a measurement that says so was disturbed.
  let floorMs = 0;
  const rising = points.map(({ tokens, ms }) => ({ tokens, ms: (floorMs = Math.max(floorMs, ms)) }));
  return { tokenBudget, points: rising.filter(({ tokens }) => tokens <= tokenBudget) };
}
