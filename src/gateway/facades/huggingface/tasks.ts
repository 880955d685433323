import { LevigateError } from '../../../contract/index.ts';
import { backboneOf } from '../../../services/models/backbone-of.ts';
import type { Context } from '../../../services/context.ts';
import { classifyImages, classifyTexts } from './classify.ts';
import { extractFeatures, compareSentences } from './features.ts';
import type { Question } from './request.ts';
import { answerTable } from './table.ts';
import type { TaskAnswer } from './task-answer.ts';
import { labelZeroShot } from './zero-shot.ts';

type Task = (ctx: Context, question: Question) => Promise<TaskAnswer>;

/** The tasks served, by Hugging Face's names. */
const TASKS = {
  'text-classification': classifyTexts,
  'image-classification': classifyImages,
  'feature-extraction': extractFeatures,
  'sentence-similarity': compareSentences,
  'zero-shot-classification': labelZeroShot,
  'tabular-classification': answerTable,
  'tabular-regression': answerTable,
} as const satisfies Record<string, Task>;
type TaskName = keyof typeof TASKS;

/** One at least. */
export const TASK_NAMES = Object.keys(TASKS) as [TaskName, ...TaskName[]];

const isTask = (name: string): name is TaskName => Object.hasOwn(TASKS, name);

export async function answer(ctx: Context, question: Question): Promise<TaskAnswer> {
  const { pipeline } = question;
  if (pipeline === undefined) return TASKS[await chooseTask(ctx, question)](ctx, question);
  if (isTask(pipeline)) return TASKS[pipeline](ctx, question);
  throw new LevigateError(
    'unsupported_option',
    `the task "${pipeline}" is not served; these are: ${TASK_NAMES.join(', ')}`,
  );
}

/** By the form of the inputs, then by what the model is: a fine-tuned one has labels, a backbone has features alone. */
async function chooseTask(ctx: Context, { model, inputs, options }: Question): Promise<TaskName> {
  if (typeof inputs === 'object' && 'source_sentence' in inputs) return 'sentence-similarity';
  if (typeof inputs === 'object' && 'data' in inputs) return 'tabular-regression';
  if (options.candidate_labels) return 'zero-shot-classification';
  const { name, modality } = await backboneOf(ctx, model);
  if (name === model) return 'feature-extraction';
  return modality === 'image' ? 'image-classification' : 'text-classification';
}
