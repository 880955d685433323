import type { Task } from '../../contract/levi.ts';
import { levelProbabilities } from '../metrics/number-metrics.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import type { Question } from '../tasks/targets.ts';

export interface CountedAnswers {
  readonly answers: AnswerMatrix;
  readonly question: Question;
  /** Of the errors; tells how likely each level of an ordinal answer is. */
  readonly deviation: number;
}

type LabelOf = (answer: Float32Array, counted: CountedAnswers) => number;

const likeliest = (scores: Float32Array): number =>
  scores.indexOf(scores.reduce((most, score) => Math.max(most, score), -Infinity));

/** Which label stands at the top of a prediction; nothing does of a number. */
const LABELS_OF = {
  single_label: likeliest,
  multi_label: likeliest,
  ordinal: ([value = 0], { question, deviation }) => likeliest(levelProbabilities(value, question.levels, deviation)),
  regression: null,
} as const satisfies Record<Task, LabelOf | null>;

/** How often each label was the likeliest; null where answers are no labels. */
export function countAnswers(counted: CountedAnswers): Record<string, number> | null {
  const { answers, question } = counted;
  const labelOf: LabelOf | null = LABELS_OF[question.task];
  if (labelOf === null) return null;
  const counts = question.labels.map(() => 0);
  for (let row = 0; row < answers.rows; row++) {
    const index = labelOf(answers.data.subarray(row * answers.outputs, (row + 1) * answers.outputs), counted);
    counts[index] = (counts[index] ?? 0) + 1;
  }
  return Object.fromEntries(question.labels.map((label, index) => [label, counts[index] ?? 0]));
}
