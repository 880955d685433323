import type { Random } from '../../src/engine/index.ts';

/** Draws 0..count-1, the n-th with a weight of 1/n: as much of real traffic is spread over models. */
export function zipf(count: number, random: Random): () => number {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let rank = 0; rank < count; rank += 1) {
    sum += 1 / (rank + 1);
    upTo[rank] = sum;
  }
  return () => {
    const drawn = random.uniform() * sum;
    const found = upTo.findIndex((end) => drawn < end);
    return found === -1 ? count - 1 : found;
  };
}
