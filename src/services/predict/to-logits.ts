import type { LabelScore, Prediction } from '../../contract/index.ts';

// Probabilities that were rounded to 0 or 1 have no finite logit.
const LEAST = 1e-12;
const logOf = (share: number): number => Math.log(Math.max(share, LEAST));

/** The labels' logits, in their order, up to what their function does not see: a softmax over labels that exclude each other, a sigmoid for each that does not. */
export const toLogits = ({ labels, predicted }: Pick<Prediction, 'labels' | 'predicted'>): LabelScore[] =>
  labels.map(({ label, score }) => ({
    label,
    score: predicted === undefined ? logOf(score) : logOf(score) - logOf(1 - score),
  }));
