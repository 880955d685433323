import { z } from 'zod';
import { LIMITS } from '../../../contract/index.ts';

const MAX_OPTIONS = 255;
const MAX_QUESTIONS = 64;
const Options = z.union([
  z.array(z.string().min(1)).min(1).max(MAX_OPTIONS),
  z
    .record(z.string().min(1), z.string().nullable())
    .refine((options) => isWithin(Object.keys(options), MAX_OPTIONS), {
      error: `must name 1 to ${MAX_OPTIONS} options`,
    })
    .meta({ minProperties: 1, maxProperties: MAX_OPTIONS }),
]);

const isWithin = ({ length }: readonly string[], most: number): boolean => length >= 1 && length <= most;

const shared = {
  instructions: z.string().optional().describe('For the reader: a trained adapter knows its question already'),
  model: z.string().optional().describe("Another fine-tuned model than the request's"),
  target: z.string().optional().describe("Of a model with several targets; default the question's id"),
};

const Choice = z.strictObject({ type: z.literal('choice'), ...shared, criteria: Options.optional() });
const Noul = z.strictObject({
  type: z.literal('noul'),
  ...shared,
  criteria: z.string().optional().describe('The label that stands for yes'),
});
const Score = z.strictObject({
  type: z.literal('score'),
  ...shared,
  criteria: z.array(z.string()).min(1).max(10).optional().describe('What each level means, lowest first'),
});

export const SystemOneQuestion = z.discriminatedUnion('type', [Choice, Noul, Score]);
export type SystemOneQuestion = z.infer<typeof SystemOneQuestion>;
export type QuestionOf<Type extends SystemOneQuestion['type']> = Extract<SystemOneQuestion, { type: Type }>;

export const SystemOneRequest = z.strictObject({
  model: z.string(),
  state: z
    .union([
      z.string().min(1).max(LIMITS.predictTextChars),
      z.record(z.string(), z.unknown()),
      z.array(z.unknown()).min(1),
    ])
    .describe('A text; a record {"text", "image", "fields"}; any other object or list is read as its JSON'),
  questions: z
    .record(z.string().min(1), SystemOneQuestion)
    .refine((questions) => isWithin(Object.keys(questions), MAX_QUESTIONS), {
      error: `must be 1 to ${MAX_QUESTIONS} questions`,
    })
    .meta({ minProperties: 1, maxProperties: MAX_QUESTIONS }),
});
export type SystemOneRequest = z.infer<typeof SystemOneRequest>;

const Probabilities = z.record(z.string(), z.number());
export const SystemOneAnswer = z.union([
  z.object({ type: z.literal('choice'), choice: z.string(), probabilities: Probabilities, confidence: z.number() }),
  z.object({ type: z.literal('noul'), noul: z.number() }),
  z.object({
    type: z.literal('score'),
    score: z.number(),
    legend: z.array(z.string()),
    probabilities: z.array(z.number()),
    confidence: z.number().nullable(),
  }),
]);
export type SystemOneAnswer = z.infer<typeof SystemOneAnswer>;

export const SystemOneResponse = z.object({
  id: z.string(),
  object: z.literal('structured_decision'),
  created: z.int(),
  model: z.string(),
  answers: z.record(z.string(), SystemOneAnswer),
  usage: z.object({ input_tokens: z.int(), output_tokens: z.int() }),
  diagnostics: z.record(
    z.string(),
    z.object({
      model: z.string(),
      shift_score: z.number().nullable().describe('How atypical the state is of what was trained on'),
      disagreement: z.number().describe('How far the layers lie apart'),
    }),
  ),
});
