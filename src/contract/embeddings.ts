import { z } from 'zod';
import { LIMITS } from './limits.ts';

const Text = z.string().min(1, 'is empty: give a text to embed').max(LIMITS.predictTextChars);
const TokenId = z.int().min(0);
const Item = z.union([Text, TokenId, z.array(TokenId).min(1).max(LIMITS.embeddingTokens)]);

/** OpenAI's; what else a client sends is ignored. */
export const EmbeddingsRequest = z.object({
  model: z.string().describe('A backbone, or a fine-tuned model for the embeddings of its backbone'),
  input: z
    .union([Text, z.array(Item).min(1).max(LIMITS.embeddingTokens)], {
      error: ({ input }) =>
        input === undefined
          ? `is missing: give a text, up to ${LIMITS.embeddingInputs} of them, or token ids of the backbone's own tokenizer`
          : undefined,
    })
    .superRefine((input, context) => {
      if (typeof input === 'string') return;
      const ids = input.filter((item) => typeof item === 'number').length;
      if (ids !== 0 && ids !== input.length)
        context.addIssue({
          code: 'custom',
          message: 'mixes token ids with texts: put the ids of an input into a list',
        });
      if (ids === 0 && input.length > LIMITS.embeddingInputs)
        context.addIssue({
          code: 'custom',
          message: `holds ${input.length} inputs: at most ${LIMITS.embeddingInputs}`,
        });
    })
    .describe(
      "A text, texts, the token ids of one, or lists of them, by the backbone's own tokenizer and without special tokens",
    ),
  dimensions: z
    .int()
    .min(1)
    .optional()
    .describe('Cuts the vector and brings it back to unit length: only for backbones that were trained for it'),
  encoding_format: z.enum(['float', 'base64']).default('float').describe('base64: of little-endian float32'),
  user: z.string().optional(),
});
export type EmbeddingsRequest = z.infer<typeof EmbeddingsRequest>;

export const Embedding = z.object({
  object: z.literal('embedding'),
  index: z.int(),
  embedding: z.union([z.array(z.number()), z.string()]),
});
export type Embedding = z.infer<typeof Embedding>;

export const EmbeddingsResponse = z.object({
  object: z.literal('list'),
  data: z.array(Embedding),
  model: z.string(),
  usage: z.object({
    prompt_tokens: z.int(),
    total_tokens: z.int(),
    truncated_inputs: z.int().describe('Longer than the backbone reads: their end was left out'),
  }),
});
export type EmbeddingsResponse = z.infer<typeof EmbeddingsResponse>;
