import type { LabelScore, Timings } from '../../contract/index.ts';
import type { Context } from '../context.ts';
import { compareTexts } from './compare-texts.ts';

export interface LabelBySimilarity {
  readonly model: string;
  readonly text: string;
  /** What a label's name stands for as a text, the label at `{}`. */
  readonly template: string;
  readonly labels: readonly string[];
  /** Whether each label is scored by itself; else they share 1. */
  readonly isMultiLabel: boolean;
}

export interface LabelledBySimilarity {
  /** By falling score. */
  readonly labels: readonly LabelScore[];
  readonly timings: Timings;
}

// What sentence encoders are trained with: cosines times 20 are logits of a softmax over candidates.
const LOGITS_OF_COSINE = 20;

/**
 * Scores labels that no training has seen by how alike their names are to the text. These are similarities made to look like
 * probabilities, not calibrated ones.
 */
export async function labelBySimilarity(
  ctx: Context,
  { model, text, template, labels, isMultiLabel }: LabelBySimilarity,
): Promise<LabelledBySimilarity> {
  const texts = labels.map((label) => template.replaceAll('{}', label));
  const { similarities, timings } = await compareTexts(ctx, { model, source: text, texts });
  const scores = isMultiLabel ? similarities.map((cosine) => Math.max(0, cosine)) : softmax(similarities);
  const scored = labels.map((label, index) => ({ label, score: scores[index] ?? 0 }));
  return { labels: scored.toSorted((a, b) => b.score - a.score), timings };
}

function softmax(cosines: readonly number[]): readonly number[] {
  const largest = Math.max(...cosines);
  const powers = cosines.map((cosine) => Math.exp((cosine - largest) * LOGITS_OF_COSINE));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
