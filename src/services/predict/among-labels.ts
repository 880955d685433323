import type { LabelScore } from '../../contract/index.ts';

/** The labels that are allowed, in their order, with the probabilities they have among themselves. None where the model knows none of them. */
export function amongLabels(labels: readonly LabelScore[], allowed: ReadonlySet<string>): LabelScore[] {
  const kept = labels.filter(({ label }) => allowed.has(label));
  const total = kept.reduce((sum, { score }) => sum + score, 0);
  return kept.map(({ label, score }) => ({ label, score: total > 0 ? score / total : 1 / kept.length }));
}
