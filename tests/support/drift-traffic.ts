import type { DriftReference } from '../../src/contract/index.ts';
import type { Random } from '../../src/engine/index.ts';
import type { DriftTally } from '../../src/levi/drift/drift-test.ts';

/** Made-up predictions of a model. */
export interface Traffic {
  /** Their rates fall by half from each to the next, within bounds. */
  readonly labels: number;
  /** Mean of the shift scores that unlimited validation rows would give; 0.5 is no drift. */
  readonly atypicality: number;
  /** By which the first label's rate is higher than in validation, the others' lower in proportion. */
  readonly moreOfFirst: number;
}

/** Validation rows, drawn from the same traffic without drift: their sorted distances and what was predicted for them. */
export function simulateReference(
  random: Random,
  { labels }: Traffic,
  rows: number,
): { readonly reference: DriftReference; readonly held: Float64Array } {
  const held = Float64Array.from({ length: rows }, () => random.uniform()).sort();
  return { held, reference: { rows, labels: drawLabels(random, { labels, atypicality: 0.5, moreOfFirst: 0 }, rows) } };
}

/** As many predictions, their shift scores counted against the validation rows as in serving. */
export function simulateWindow(random: Random, traffic: Traffic, held: Float64Array, rows: number): DriftTally {
  // u^power has the mean 1 / (power + 1).
  const power = 1 / traffic.atypicality - 1;
  let shiftSum = 0;
  for (let row = 0; row < rows; row++) {
    const distance = random.uniform() ** power;
    shiftSum += (countBelow(held, distance) + 0.5) / (held.length + 1);
  }
  return { rows, shiftSum, labels: drawLabels(random, traffic, rows) };
}

function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function drawLabels(random: Random, { labels, moreOfFirst }: Traffic, rows: number): Record<string, number> {
  const weights = Array.from({ length: labels }, (_, index) => Math.max(0.5 ** index, 0.02));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const first = (weights[0] ?? 0) / total + moreOfFirst;
  const counts: Record<string, number> = Object.fromEntries(weights.map((_, index) => [`label ${index}`, 0]));
  for (let row = 0; row < rows; row++) {
    let index = 0;
    if (random.uniform() >= first) {
      let rest = random.uniform() * (total - (weights[0] ?? 0));
      for (index = 1; index < labels - 1 && rest >= (weights[index] ?? 0); index++) rest -= weights[index] ?? 0;
    }
    counts[`label ${index}`] = (counts[`label ${index}`] ?? 0) + 1;
  }
  return counts;
}
