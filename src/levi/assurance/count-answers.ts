import type { DriftReference } from '../../contract/drift.ts';
import type { Task } from '../../contract/levi.ts';
import { nameRange, rangeCuts } from '../drift/ranges.ts';
import { levelProbabilities } from '../metrics/number-metrics.ts';
import type { AnswerMatrix } from '../tasks/answer-matrix.ts';
import type { Question } from '../tasks/targets.ts';

export interface CountedAnswers {
  readonly answers: AnswerMatrix;
  readonly question: Question;
  /** Of the errors; tells how likely each level of an ordinal answer is. */
  readonly deviation: number;
}

type LabelOf = (answer: Float32Array, question: Question, deviation: number) => number;

const likeliest = (scores: Float32Array): number =>
  scores.indexOf(scores.reduce((most, score) => Math.max(most, score), -Infinity));

/** Which label stands at the top of a prediction. */
const LABELS_OF = {
  single_label: likeliest,
  multi_label: likeliest,
  ordinal: ([value = 0], { levels }, deviation) => likeliest(levelProbabilities(value, levels, deviation)),
} as const satisfies Record<Exclude<Task, 'regression'>, LabelOf>;

/** How often each label was the likeliest; of numbers how often each fifth of them was answered, and where these part. */
export function countAnswers({
  answers,
  question,
  deviation,
}: CountedAnswers): Pick<DriftReference, 'labels' | 'cuts'> {
  const { rows, outputs, data } = answers;
  const { task, labels } = question;
  if (task === 'regression') {
    const values = Array.from(data);
    const cuts = rangeCuts(values);
    const named = values.map((value) => nameRange(value, cuts));
    return { labels: countNames(named), cuts };
  }
  const labelOf: LabelOf = LABELS_OF[task];
  const answered = Array.from({ length: rows }, (_, row) => {
    const answer = data.subarray(row * outputs, (row + 1) * outputs);
    return labels[labelOf(answer, question, deviation)] ?? '';
  });
  return { labels: { ...Object.fromEntries(labels.map((label) => [label, 0])), ...countNames(answered) } };
}

function countNames(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}
