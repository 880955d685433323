import { LevigateError } from '../../../contract/index.ts';
import type { Context } from '../../../services/context.ts';
import { labelBySimilarity } from '../../../services/embeddings/label-by-similarity.ts';
import type { Question } from './request.ts';
import type { TaskAnswer } from './task-answer.ts';

const TEMPLATE = 'This example is {}.';

/** By the embeddings of the labels' names: no entailment model is behind it. */
export const labelZeroShot = async (ctx: Context, { model, inputs, options }: Question): Promise<TaskAnswer> => {
  const { candidate_labels: labels } = options;
  if (!labels) {
    throw new LevigateError(
      'invalid_request',
      '"parameters.candidate_labels" is missing: give the labels to choose from',
      {
        param: 'parameters.candidate_labels',
      },
    );
  }
  const text = Array.isArray(inputs) && inputs.length === 1 ? inputs[0] : inputs;
  if (typeof text !== 'string') {
    throw new LevigateError('invalid_request', '"inputs": give one text', { param: 'inputs' });
  }
  const { labels: body, timings } = await labelBySimilarity(ctx, {
    model,
    text,
    labels,
    template: options.hypothesis_template ?? TEMPLATE,
    isMultiLabel: options.multi_label ?? false,
  });
  return { body, timings };
};
