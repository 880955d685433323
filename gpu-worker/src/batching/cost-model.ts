/** Milliseconds of one batch of so many tokens, padding included. */
export interface CostPoint {
  readonly tokens: number;
  readonly ms: number;
}

/** What a batch costs, by rows times its longest. Only ratios matter to the planner. */
export type BatchCost = (tokens: number) => number;

/** Straight lines between the points and through the origin of the axes beyond the last; what is below the first costs as much. */
export function costOf(points: readonly CostPoint[]): BatchCost {
  const sorted = points.toSorted((a, b) => a.tokens - b.tokens);
  const last = sorted.at(-1);
  if (last === undefined) throw new Error('internal: a cost model without points');
  return (tokens) => {
    if (tokens >= last.tokens) return (tokens / last.tokens) * last.ms;
    const next = sorted.findIndex((point) => point.tokens > tokens);
    const [below, above] = [sorted[next - 1], sorted[next]];
    if (below === undefined || above === undefined) return above?.ms ?? last.ms;
    return below.ms + ((tokens - below.tokens) / (above.tokens - below.tokens)) * (above.ms - below.ms);
  };
}

// A pass over the weights costs about as much as this share of a full batch, before one was measured.
const FIXED_SHARE = 0.1;

/** A guess until the device is measured: each batch costs a tenth of a full one and its tokens. */
export const guessedCost = (tokenBudget: number): BatchCost =>
  costOf([
    { tokens: 0, ms: FIXED_SHARE * tokenBudget },
    { tokens: tokenBudget, ms: (1 + FIXED_SHARE) * tokenBudget },
  ]);
