export interface Sized {
  /** Tokens; 1 where all inputs are alike. */
  readonly size: number;
}

export interface BatchLimits {
  /** Rows times the size of the longest: what padding makes the device compute. */
  readonly tokenBudget: number;
  readonly maxRows: number;
}

// Sorting more than this many costs more than its better packing saves.
const LOOK_AHEAD = 256;

/**
 * The queue's oldest entry with those near it in length, until the budget is full (one row always fits).
 * The oldest always goes, so none waits for ever; its neighbours in length waste least padding.
 */
export function pickBatch<Entry extends Sized>(queue: readonly Entry[], limits: BatchLimits): Entry[] {
  const [oldest] = queue;
  if (!oldest) return [];
  const sorted = queue.slice(0, LOOK_AHEAD).sort((a, b) => a.size - b.size);
  let low = sorted.indexOf(oldest);
  let high = low + 1;
  const lengthAt = (index: number): number | undefined => sorted[index]?.size;
  while (high - low < limits.maxRows) {
    const longest = lengthAt(high - 1) ?? 0;
    const longer = lengthAt(high);
    const shorter = lengthAt(low - 1);
    const rows = high - low + 1;
    const fitsLonger = longer !== undefined && rows * longer <= limits.tokenBudget;
    const fitsShorter = shorter !== undefined && rows * longest <= limits.tokenBudget;
    // What one more row of padding costs: the newcomer's own, or everybody's.
    const wasteOfLonger = fitsLonger ? (longer - longest) * (rows - 1) : Number.POSITIVE_INFINITY;
    const wasteOfShorter = fitsShorter ? longest - shorter : Number.POSITIVE_INFINITY;
    if (!fitsLonger && !fitsShorter) break;
    if (wasteOfLonger <= wasteOfShorter) high += 1;
    else low -= 1;
  }
  return sorted.slice(low, high);
}
