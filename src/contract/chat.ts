import { z } from 'zod';
import { UnixSeconds } from './common.ts';

const ContentPart = z.looseObject({ type: z.string(), text: z.string().optional() });

export const ChatMessage = z.looseObject({
  role: z.string().describe('system, developer, user, assistant, tool'),
  content: z.union([z.string(), z.array(ContentPart)]).nullish(),
});
export type ChatMessage = z.infer<typeof ChatMessage>;

const SchemaFormat = z.looseObject({
  name: z.string().optional(),
  schema: z.record(z.string(), z.unknown()).optional(),
});

export const ResponseFormat = z.looseObject({
  type: z.enum(['text', 'json_object', 'json_schema']),
  json_schema: SchemaFormat.optional(),
});
export type ResponseFormat = z.infer<typeof ResponseFormat>;

/** OpenAI's. What says how to sample (temperature, seed, max_tokens, stop) changes nothing, as there is one answer. */
export const ChatCompletionRequest = z.object({
  model: z.string().describe('A fine-tuned model'),
  messages: z.array(ChatMessage).min(1),
  response_format: ResponseFormat.nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
  n: z.int().min(1).nullish().describe('1: a classifier has one answer'),
  tools: z.array(z.unknown()).nullish().describe('None: a classifier calls no tools'),
  tool_choice: z.unknown().optional(),
  functions: z.array(z.unknown()).nullish(),
  modalities: z.array(z.string()).nullish().describe('text alone'),
  audio: z.unknown().optional(),
  web_search_options: z.unknown().optional(),
  levi: z
    .strictObject({ fields: z.record(z.string(), z.unknown()).optional() })
    .optional()
    .describe('What else is known of the message, for a model that learned from fields'),
});
export type ChatCompletionRequest = z.infer<typeof ChatCompletionRequest>;

const TokenLogprob = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.int()).nullable(),
});
export const ChatToken = TokenLogprob.extend({ top_logprobs: z.array(TokenLogprob) });
export type ChatToken = z.infer<typeof ChatToken>;

const ChatLogprobs = z.object({ content: z.array(ChatToken), refusal: z.null() });
const ChatUsage = z.object({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() });
export type ChatUsage = z.infer<typeof ChatUsage>;

export const ChatCompletion = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: UnixSeconds,
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.literal(0),
      message: z.object({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
      logprobs: ChatLogprobs.nullable().describe("Logarithms of the labels' probabilities; of what is fixed, 0"),
      finish_reason: z.literal('stop'),
      levi: z
        .object({ score: z.number().nullable(), shift_score: z.number().nullable(), disagreement: z.number() })
        .describe('How sure the answer is, and how usual the input: docs/predict.md'),
    }),
  ),
  usage: ChatUsage,
  service_tier: z.literal('default'),
});
export type ChatCompletion = z.infer<typeof ChatCompletion>;
