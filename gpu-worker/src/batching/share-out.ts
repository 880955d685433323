import { planBatches } from './pick-batch.ts';
import type { BatchLimits, Sized } from './pick-batch.ts';

/**
 * Limits under which lanes that have nothing to do are soonest done with all that waits: a request is answered when its last batch is, so
 * lanes should have equally much. Up to two batches a lane are tried, as many as are with the device; what is too much for those is cut as
 * the limits say.
 */
export function shareOut(waiting: readonly Sized[], lanes: number, limits: BatchLimits): BatchLimits {
  if (lanes < 2) return limits;
  const sizes = waiting.map(({ size }) => size).sort((a, b) => a - b);
  let best = { limits, ms: makespan(waiting, lanes, limits) };
  for (let batches = lanes; batches <= 2 * lanes; batches += 1) {
    const tokenBudget = leastBudget(sizes, batches);
    if (tokenBudget >= limits.tokenBudget) continue;
    const tighter = { ...limits, tokenBudget };
    const ms = makespan(waiting, lanes, tighter);
    if (ms < best.ms) best = { limits: tighter, ms };
  }
  return best.limits;
}

/** When the last lane is done, each taking the next batch when it has none. */
function makespan(waiting: readonly Sized[], lanes: number, limits: BatchLimits): number {
  const untilMs = new Float64Array(lanes);
  for (const tokens of planBatches(waiting, limits)) {
    const idle = untilMs.indexOf(Math.min(...untilMs));
    untilMs[idle] = (untilMs[idle] ?? 0) + limits.costOf(tokens);
  }
  return Math.max(...untilMs);
}

/** The fewest tokens, padding included, that batches must hold for so many of them to be enough; `sizes` ascending. */
function leastBudget(sizes: readonly number[], batches: number): number {
  const longest = sizes.at(-1) ?? 1;
  let [low, high] = [longest, sizes.length * longest];
  while (low < high) {
    const budget = Math.floor((low + high) / 2);
    if (countBatches(sizes, budget) <= batches) high = budget;
    else low = budget + 1;
  }
  return high;
}

function countBatches(sizes: readonly number[], tokenBudget: number): number {
  let batches = 0;
  let rows = 0;
  for (const size of sizes) {
    rows += 1;
    if (batches > 0 && rows * size <= tokenBudget) continue;
    batches += 1;
    rows = 1;
  }
  return batches;
}
