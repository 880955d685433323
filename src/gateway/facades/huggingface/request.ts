import { z } from 'zod';
import { LIMITS } from '../../../contract/index.ts';

/** Hugging Face's clients send these at the top or under "parameters"; unknown ones are ignored, as there. */
const Options = z.looseObject({
  top_k: z.int().min(1).nullish(),
  function_to_apply: z.enum(['sigmoid', 'softmax', 'none']).nullish(),
  candidate_labels: z.array(z.string().min(1)).min(1).max(LIMITS.predictInputs).nullish(),
  multi_label: z.boolean().nullish(),
  hypothesis_template: z.string().includes('{}', { error: 'has no {} for the label' }).nullish(),
  normalize: z.boolean().nullish(),
  truncate: z.boolean().nullish(),
  dimensions: z.int().min(1).nullish(),
});
export type Options = z.infer<typeof Options>;

const Text = z.string().min(1, 'is empty');

const SentencePair = z.object({
  source_sentence: Text,
  sentences: z.array(Text).min(1).max(LIMITS.predictInputs),
});

/** Columns of equal length. */
export const Table = z.object({
  data: z
    .record(z.string(), z.array(z.unknown()).min(1).max(LIMITS.predictInputs))
    .refine((columns) => new Set(Object.values(columns).map(({ length }) => length)).size === 1, {
      error: 'has columns of different lengths',
    }),
});
export type Table = z.infer<typeof Table>;

const Record = z.strictObject({
  text: Text.optional(),
  image: Text.optional(),
  fields: z.record(z.string(), z.unknown()).optional(),
});

export const Inputs = z.union([Text, z.array(Text).min(1).max(LIMITS.predictInputs), SentencePair, Table, Record], {
  error:
    'is neither a text, nor a list of them, nor {"source_sentence", "sentences"}, nor {"data": {...}}, nor a record {"text", "image", "fields"}',
});
export type Inputs = z.infer<typeof Inputs>;

export const JsonBody = Options.extend({ inputs: Inputs, parameters: Options.optional() });
export type JsonBody = z.infer<typeof JsonBody>;

/** What is asked, whichever way it came. */
export interface Question {
  readonly model: string;
  /** The task that the path names, if it does. */
  readonly pipeline: string | undefined;
  readonly inputs: Inputs;
  readonly options: Options;
}
