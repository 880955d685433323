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
  /** The smallest budget to choose: below it a queue of short texts would come apart. */
  readonly leastBudget: number;
  /** Runs one batch of so many tokens; milliseconds. */
  readonly run: (tokens: number) => Promise<number>;
  /** Whether the device has nothing else to do: what is measured beside other work is thrown away. */
  readonly isIdle: () => boolean;
  readonly signal: AbortSignal;
  /** Longest time that the device is taken for it, in milliseconds. */
  readonly limitMs?: number;
  readonly retryMs?: number;
}

const ROUNDS = 3;
const LIMIT_MS = 3_000;
const RETRY_MS = 500;
// A larger batch keeps its last input waiting for longer: it must be worth it.
const WORTH = 1.03;

/**
 * Times batches of growing size while nobody else wants the device, and takes the smallest that is within 3 % of the fastest per token: on
 * a CPU larger ones fall out of its caches, smaller ones pay for reading the weights. Rounds over all sizes, so that what disturbs one round
 * disturbs them all alike. Null when the signal fires or too little was measured.
 */
export async function calibrate(options: CalibrateOptions): Promise<Measured | null> {
  const { sizes, limitMs = LIMIT_MS, leastBudget } = options;
  const fastestMs = new Map<number, number>();
  let spentMs = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const tokens of sizes) {
      if (spentMs >= limitMs) break;
      const ms = await runAlone(tokens, options);
      if (ms === null) return null;
      spentMs += ms;
      fastestMs.set(tokens, Math.min(ms, fastestMs.get(tokens) ?? Number.POSITIVE_INFINITY));
    }
  }
  const points = Array.from(fastestMs, ([tokens, ms]): CostPoint => ({ tokens, ms }));
  return points.length < 2 ? null : chooseBudget(points, leastBudget);
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

/** @param points by ascending size */
export function chooseBudget(points: readonly CostPoint[], leastBudget: number): Measured {
  const perToken = ({ tokens, ms }: CostPoint): number => ms / tokens;
  const allowed = points.filter(({ tokens }) => tokens >= leastBudget);
  const best = Math.min(...allowed.map(perToken));
  const chosen = allowed.find((point) => perToken(point) <= WORTH * best) ?? points.at(-1);
  const tokenBudget = chosen?.tokens ?? leastBudget;
  // Within the budget a smaller batch is never cheaper per token: a measurement that says so was disturbed.
  let floor = 0;
  const falling = points
    .filter(({ tokens }) => tokens <= tokenBudget)
    .toReversed()
    .map((point) => ({ tokens: point.tokens, ms: (floor = Math.max(floor, perToken(point))) * point.tokens }));
  // And a larger one never costs less as a whole.
  let leastMs = 0;
  const rising = falling.toReversed().map(({ tokens, ms }) => ({ tokens, ms: (leastMs = Math.max(leastMs, ms)) }));
  return { tokenBudget, points: rising };
}
