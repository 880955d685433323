import type { LabelScore, Prediction, TargetAnswer } from '../../../src/contract/predict.ts';
import type { Task } from '../../../src/contract/levi.ts';
import { DEVIATION, GIVEN_FROM, levelProbabilities } from '../../../src/levi/index.ts';
import type { Adapter, AnswerAssurance, Answers } from '../../../src/levi/index.ts';

/** One target's adapter with its answers to all inputs. */
export interface AnsweredTarget {
  readonly name: string;
  readonly adapter: Adapter;
  readonly output: Answers;
  /** How far to trust each answer. */
  readonly assured: readonly AnswerAssurance[];
}

export interface PredictedRow {
  readonly index: number;
  readonly model: string;
  readonly answered: readonly AnsweredTarget[];
  readonly request: { readonly top_k?: number | undefined; readonly views?: boolean | undefined };
}

/** The wire object of one input under one model: the first target's answer, and all of them where there are several. */
export function toPrediction({ index, model, answered, request }: PredictedRow): Prediction {
  const answers = answered.map((target) => [target.name, answerOf(target, index, request)] as const);
  const [first] = answers;
  const { shift_score = null, nearest } = answered[0]?.assured[index] ?? {};
  if (first === undefined) throw new Error(`internal: ${model} has no target`);
  return {
    object: 'prediction',
    index,
    model,
    ...first[1],
    shift_score,
    ...(nearest === undefined ? {} : { nearest }),
    ...(answers.length === 1 ? {} : { targets: Object.fromEntries(answers) }),
  };
}

function answerOf(
  { adapter, output, assured }: AnsweredTarget,
  index: number,
  request: PredictedRow['request'],
): TargetAnswer {
  const { outputs } = adapter.architecture.spec;
  const rowOf = (values: Float32Array): Float32Array => values.subarray(index * outputs, (index + 1) * outputs);
  const { top_k: topK } = request;
  const views = request.views === true ? output.views : null;
  const { shift_score: _, nearest: __, ...trust } = assured[index] ?? {};
  const describe = DESCRIPTIONS[adapter.manifest.task];
  return {
    ...describe(adapter, rowOf(output.answers.data), topK),
    ...(views === null
      ? {}
      : {
          views: views.map(({ layer, answers }) => {
            const { labels, value } = describe(adapter, rowOf(answers.data), topK);
            return { layer, labels, ...(value === undefined ? {} : { value }) };
          }),
        }),
    disagreement: output.disagreement?.[index] ?? 0,
    ...trust,
  };
}

type Described = Pick<TargetAnswer, 'label' | 'score' | 'labels' | 'predicted' | 'value'>;
type Describe = (adapter: Adapter, answer: Float32Array, topK: number | undefined) => Described;

const DESCRIPTIONS = {
  single_label: ({ labels }, answer, topK) => describeLabels(labels, answer, topK),
  multi_label: ({ labels }, answer, topK) => {
    const predicted = rank(labels, answer).filter(({ score }) => score >= GIVEN_FROM);
    return { ...describeLabels(labels, answer, topK), predicted: predicted.map(({ label }) => label) };
  },
  regression: (_, answer) => ({ label: null, score: null, labels: [], value: answer[0] ?? 0 }),
  ordinal: (adapter, answer, topK) => {
    const value = answer[0] ?? 0;
    const shares = levelProbabilities(value, adapter.labels.map(Number), deviationOf(adapter));
    return { ...describeLabels(adapter.labels, shares, topK), value };
  },
} as const satisfies Record<Task, Describe>;

const deviationOf = ({ tensors }: Adapter): number => Number(tensors[DEVIATION]?.data[0] ?? 1);

/** Labels by falling score, the first of equals first. */
function describeLabels(labels: readonly string[], answer: ArrayLike<number>, topK: number | undefined): Described {
  const ranked = rank(labels, answer);
  const [best] = ranked;
  return { label: best?.label ?? null, score: best?.score ?? null, labels: ranked.slice(0, topK ?? ranked.length) };
}

const rank = (labels: readonly string[], answer: ArrayLike<number>): LabelScore[] =>
  labels.map((label, index) => ({ label, score: answer[index] ?? 0 })).sort((a, b) => b.score - a.score);
