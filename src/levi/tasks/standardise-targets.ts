import type { Family } from './family.ts';
import type { Targets } from './targets.ts';

/** Targets as models learn them: numbers become (y - center) / scale, all else stays. */
export interface StandardisedTargets {
  readonly data: Float32Array;
  readonly center: number;
  readonly scale: number;
}

export function standardiseTargets(
  family: Family,
  { data, rows }: Targets,
  weights: Float32Array,
): StandardisedTargets {
  if (family !== 'squared') return { data, center: 0, scale: 1 };
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const average = (of: (value: number) => number): number =>
    data.reduce((sum, value, row) => sum + (weights[row] ?? 0) * of(value), 0) / total;
  const center = Math.fround(average((value) => value));
  const deviation = Math.fround(Math.sqrt(average((value) => (value - center) ** 2)));
  const scale = deviation > 0 && rows > 1 ? deviation : 1;
  return { data: data.map((value) => (value - center) / scale), center, scale };
}
