import { z } from 'zod';
import { EmbeddingsRequest, LIMITS } from '../../../contract/index.ts';

const Text = z.string().max(LIMITS.predictTextChars);
const Ids = z.array(z.int().min(0));
const Sequence = z.union([Text, Ids]);

/** As TEI has it, absence and null are the same. */
const Flag = z.boolean().nullish();
const Cutting = {
  truncate: Flag.describe('Default true, as `--auto-truncate`; false refuses what is too long'),
  truncation_direction: z.enum(['left', 'right', 'Left', 'Right']).nullish(),
};
const Prompt = { prompt_name: z.null().optional().describe('No model here has prompts') };

export const EmbedBody = z.object({
  inputs: z.union([Text, Ids, z.array(Sequence)]).describe('A text or its token ids, or a list of them'),
  ...Cutting,
  ...Prompt,
  normalize: z.boolean().default(true),
  dimensions: z.int().min(1).nullish(),
});
export type EmbedBody = z.infer<typeof EmbedBody>;

export const EmbedAllBody = EmbedBody.omit({ normalize: true, dimensions: true });
export type EmbedAllBody = z.infer<typeof EmbedAllBody>;

export const SparseVectors = z.array(z.array(z.object({ index: z.int(), value: z.number() })));

/** OpenAI's, without need of a model: the path or the port is one's. */
export const OpenAiBody = EmbeddingsRequest.extend({ model: z.string().nullish() });

export const PredictBody = z.object({
  inputs: z
    .union([Text, z.array(Text).min(1).max(2), z.array(z.array(Text).min(1).max(2))])
    .describe('"a" is one input, ["a", "b"] a pair, [["a"], ["b"]] a batch'),
  ...Cutting,
  raw_scores: z.boolean().default(false).describe('Logits instead of probabilities'),
});
export type PredictBody = z.infer<typeof PredictBody>;

export const RerankBody = z.object({
  query: Text,
  texts: z.array(Text),
  ...Cutting,
  raw_scores: z.boolean().default(false).describe('Cosines, -1 to 1, instead of scores from 0 to 1'),
  return_text: z.boolean().default(false),
});

export const SimilarityBody = z.object({
  inputs: z.object({ source_sentence: Text, sentences: z.array(Text) }),
  parameters: z.object({ ...Cutting, ...Prompt }).nullish(),
});

export const TokenizeBody = z.object({
  inputs: z.union([Text, z.array(Text)]),
  add_special_tokens: z.boolean().default(true),
  ...Prompt,
});

export const DecodeBody = z.object({
  ids: z.union([Ids, z.array(Ids)]),
  skip_special_tokens: z.boolean().default(true),
});

export const Label = z.object({ score: z.number(), label: z.string() });
export const Rank = z.object({ index: z.int(), text: z.string().optional(), score: z.number() });
export const SimpleToken = z.object({
  id: z.int(),
  text: z.string(),
  special: z.boolean(),
  start: z.int().nullable(),
  stop: z.int().nullable(),
});
export const Info = z.object({
  model_id: z.string(),
  model_sha: z.string().nullable(),
  model_dtype: z.string(),
  model_type: z.union([
    z.object({
      classifier: z.object({ id2label: z.record(z.string(), z.string()), label2id: z.record(z.string(), z.int()) }),
    }),
    z.object({ embedding: z.object({ pooling: z.string() }) }),
  ]),
  max_concurrent_requests: z.int(),
  max_input_length: z.int(),
  max_batch_tokens: z.int(),
  max_batch_requests: z.int().nullable(),
  max_client_batch_size: z.int(),
  auto_truncate: z.boolean(),
  tokenization_workers: z.int(),
  version: z.string(),
  sha: z.string().nullable(),
  docker_label: z.string().nullable(),
});
