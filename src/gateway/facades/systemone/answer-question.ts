import { LevigateError } from '../../../contract/index.ts';
import type { LabelScore, TargetAnswer } from '../../../contract/index.ts';
import { amongLabels } from '../../../services/predict/among-labels.ts';
import type { QuestionOf, SystemOneAnswer, SystemOneQuestion } from './request.ts';

type Rules = {
  readonly [Type in SystemOneQuestion['type']]: (
    answer: TargetAnswer,
    question: QuestionOf<Type>,
    param: string,
  ) => SystemOneAnswer;
};

/** What a model's answer is to each type of question. */
const RULES: Rules = {
  choice: ({ labels }, { criteria }, param) => {
    requireLabels(labels, param, 'choice');
    const options = criteria === undefined ? labels.map(({ label }) => label) : namesOf(criteria);
    const shares = new Map(amongLabels(labels, new Set(options)).map(({ label, score }) => [label, score]));
    const unknown = options.find((option) => !shares.has(option));
    if (unknown !== undefined) throw notTrained(`${param}.criteria`, unknown, labels);
    const shareOf = (option: string): number => shares.get(option) ?? 0;
    const [choice = ''] = options.toSorted((a, b) => shareOf(b) - shareOf(a));
    return {
      type: 'choice',
      choice,
      probabilities: Object.fromEntries(options.map((option) => [option, shareOf(option)])),
      confidence: shareOf(choice),
    };
  },
  noul: ({ labels }, { criteria }, param) => {
    requireLabels(labels, param, 'noul');
    const yes =
      criteria ?? (labels.length === 2 ? labels.find(({ label }) => YES.has(label.toLowerCase())) : undefined)?.label;
    if (yes === undefined) {
      throw invalid(
        `${param}.criteria`,
        `is missing: which of the model's labels (${listOf(labels)}) says yes is not clear, so name it`,
      );
    }
    const found = labels.find(({ label }) => label === yes);
    if (found === undefined) throw notTrained(`${param}.criteria`, yes, labels);
    return { type: 'noul', noul: found.score };
  },
  score: ({ labels, value }, { criteria }, param) => {
    const levels = labels.toSorted((a, b) => Number(a.label) - Number(b.label));
    const isNumeric = levels.every(({ label }) => Number.isFinite(Number(label)));
    if (value === undefined && (levels.length === 0 || !isNumeric))
      throw invalid(`${param}.type`, `is "score", and the model's labels (${listOf(labels)}) are no numbers`);
    if (criteria !== undefined && levels.length > 0 && criteria.length !== levels.length)
      throw invalid(`${param}.criteria`, `names ${criteria.length} levels, and the model knows ${levels.length}`);
    return {
      type: 'score',
      score: value ?? levels.reduce((sum, { label, score }) => sum + Number(label) * score, 0),
      legend: criteria ?? levels.map(({ label }) => label),
      probabilities: levels.map(({ score }) => score),
      confidence: levels.length === 0 ? null : Math.max(...levels.map(({ score }) => score)),
    };
  },
};

const YES: ReadonlySet<string> = new Set(['yes', 'true', '1', 'positive', 'y']);

/** @param param the question's place in the request, for messages */
export function answerQuestion<Type extends SystemOneQuestion['type']>(
  answer: TargetAnswer,
  question: QuestionOf<Type> & { readonly type: Type },
  param: string,
): SystemOneAnswer {
  return RULES[question.type](answer, question, param);
}

const namesOf = (criteria: NonNullable<QuestionOf<'choice'>['criteria']>): readonly string[] =>
  Array.isArray(criteria) ? criteria : Object.keys(criteria);

function requireLabels(labels: readonly LabelScore[], param: string, type: string): void {
  if (labels.length === 0)
    throw invalid(`${param}.type`, `is "${type}", and the model answers a number: ask for "score"`);
}

const notTrained = (param: string, label: string, labels: readonly LabelScore[]): LevigateError =>
  invalid(param, `names "${label}", which the model was not trained to tell: it knows ${listOf(labels)}`);

const MAX_LISTED = 20;
const listOf = (labels: readonly LabelScore[]): string =>
  [...labels.slice(0, MAX_LISTED).map(({ label }) => label), ...(labels.length > MAX_LISTED ? ['...'] : [])].join(', ');

const invalid = (param: string, problem: string): LevigateError =>
  new LevigateError('invalid_request', `"${param}" ${problem}.`, { param });
