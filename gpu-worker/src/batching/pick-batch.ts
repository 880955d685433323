import type { BatchCost } from './cost-model.ts';

export interface Sized {
  /** Tokens; 1 where all inputs are alike. */
  readonly size: number;
}

export interface BatchLimits {
  /** Rows times the size of the longest: what padding makes the device compute. */
  readonly tokenBudget: number;
  readonly maxRows: number;
  readonly costOf: BatchCost;
}

// Planning for more than this many costs more than its better packing saves.
export const LOOK_AHEAD = 256;

/**
 * The queue's oldest entry with those that share its batch in the cheapest way to run all that wait: sorted by length, cut where a further
 * pass over the weights costs less than the padding it saves (one row always fits). The oldest always goes, so none waits for ever.
 */
export function pickBatch<Entry extends Sized>(queue: readonly Entry[], limits: BatchLimits): Entry[] {
  const [oldest] = queue;
  if (!oldest) return [];
  const sorted = queue.slice(0, LOOK_AHEAD).sort((a, b) => a.size - b.size);
  const starts = cheapestStarts(
    sorted.map(({ size }) => size),
    limits,
  );
  const wanted = sorted.indexOf(oldest);
  let end = sorted.length;
  while ((starts[end] ?? 0) > wanted) end = starts[end] ?? 0;
  return sorted.slice(starts[end] ?? 0, end);
}

/** What all the batches of that way would hold, rows times the longest. */
export function planBatches(queue: readonly Sized[], limits: BatchLimits): number[] {
  const sizes = queue.map(({ size }) => size).sort((a, b) => a - b);
  const starts = cheapestStarts(sizes, limits);
  const batches: number[] = [];
  for (let end = sizes.length; end > 0; end = starts[end] ?? 0) {
    batches.push((end - (starts[end] ?? 0)) * (sizes[end - 1] ?? 1));
  }
  return batches;
}

/** For each number of rows, where the last batch of the cheapest plan for the first so many begins; `sizes` ascending. */
function cheapestStarts(sizes: readonly number[], { tokenBudget, maxRows, costOf }: BatchLimits): Int32Array {
  const costs = new Float64Array(sizes.length + 1).fill(Number.POSITIVE_INFINITY);
  const starts = new Int32Array(sizes.length + 1);
  costs[0] = 0;
  for (let end = 1; end <= sizes.length; end++) {
    const longest = sizes[end - 1] ?? 1;
    const mostRows = Math.max(1, Math.min(maxRows, end, Math.floor(tokenBudget / Math.max(1, longest))));
    for (let rows = 1; rows <= mostRows; rows++) {
      const cost = (costs[end - rows] ?? 0) + costOf(rows * longest);
      if (cost >= (costs[end] ?? 0)) continue;
      costs[end] = cost;
      starts[end] = end - rows;
    }
  }
  return starts;
}
