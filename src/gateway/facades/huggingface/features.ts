import { LevigateError } from '../../../contract/index.ts';
import type { EmbedInput } from '../../../contract/index.ts';
import type { Context } from '../../../services/context.ts';
import { compareTexts } from '../../../services/embeddings/compare-texts.ts';
import { embed } from '../../../services/embeddings/embed.ts';
import type { Inputs, Question } from './request.ts';
import type { TaskAnswer } from './task-answer.ts';

/** One vector for one input, a list for a list. Not normalised unless asked, as Hugging Face's. */
export const extractFeatures = async (ctx: Context, { model, inputs, options }: Question): Promise<TaskAnswer> => {
  const { data, timings } = await embed(ctx, {
    model,
    inputs: toEmbedInputs(inputs),
    normalize: options.normalize ?? false,
    truncate: options.truncate === false ? 'never' : 'end',
    dimensions: options.dimensions ?? undefined,
  });
  return { body: Array.isArray(inputs) ? data : data[0], timings };
};

/** The cosine of each sentence to the source. */
export const compareSentences = async (ctx: Context, { model, inputs }: Question): Promise<TaskAnswer> => {
  if (typeof inputs === 'string' || Array.isArray(inputs) || !('source_sentence' in inputs)) {
    throw new LevigateError('invalid_request', '"inputs": give {"source_sentence", "sentences": [...]}', {
      param: 'inputs',
    });
  }
  const { source_sentence: source, sentences: texts } = inputs;
  const { similarities, timings } = await compareTexts(ctx, { model, source, texts });
  return { body: similarities, timings };
};

function toEmbedInputs(inputs: Inputs): readonly EmbedInput[] {
  if (typeof inputs === 'string') return [{ text: inputs }];
  if (Array.isArray(inputs)) return inputs.map((text) => ({ text }));
  if ('source_sentence' in inputs) return [inputs.source_sentence, ...inputs.sentences].map((text) => ({ text }));
  if (!('data' in inputs)) return [inputs];
  throw new LevigateError('invalid_request', '"inputs": a table has no embedding; give texts', { param: 'inputs' });
}
