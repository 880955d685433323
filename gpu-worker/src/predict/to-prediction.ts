import type { LabelScore, Prediction } from '../../../src/contract/predict.ts';
import type { AnswerAssurance } from '../../../src/levi/index.ts';

export interface PredictedRow {
  readonly index: number;
  readonly model: string;
  readonly labels: readonly string[];
  readonly probabilities: ArrayLike<number>;
  readonly views: readonly { readonly layer: number; readonly probabilities: ArrayLike<number> }[] | null;
  readonly disagreement: number;
  readonly topK: number | undefined;
  readonly assurance: AnswerAssurance;
}

/** The wire object of one input under one model: labels by falling score, the first of equals first. */
export function toPrediction(row: PredictedRow): Prediction {
  const ranked = rank(row.labels, row.probabilities);
  const best = ranked[0];
  if (!best) throw new Error(`internal: ${row.model} has no labels`);
  const top = (scores: readonly LabelScore[]): LabelScore[] => scores.slice(0, row.topK ?? scores.length);
  return {
    object: 'prediction',
    index: row.index,
    model: row.model,
    label: best.label,
    score: best.score,
    labels: top(ranked),
    ...(row.views
      ? {
          views: row.views.map(({ layer, probabilities }) => ({ layer, labels: top(rank(row.labels, probabilities)) })),
        }
      : {}),
    disagreement: row.disagreement,
    ...row.assurance,
  };
}

const rank = (labels: readonly string[], probabilities: ArrayLike<number>): LabelScore[] =>
  labels.map((label, index) => ({ label, score: probabilities[index] ?? 0 })).sort((a, b) => b.score - a.score);
