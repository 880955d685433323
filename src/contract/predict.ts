import { z } from 'zod';
import { LIMITS } from './limits.ts';

const Text = z.string().min(1, 'is empty: give the text to classify').max(LIMITS.predictTextChars);

/** `{text, fields?}`, or a plain string for a record with one text. */
export const PredictRecord = z.strictObject({ text: Text, fields: z.record(z.string(), z.unknown()).optional() });
export type PredictRecord = z.infer<typeof PredictRecord>;
const PredictInput = z.union([Text, PredictRecord]);

/** How far to trust each answer: docs/predict.md. */
export const AssuranceRequest = z.strictObject({
  conformal: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Level of a prediction set per answer: 0.9 holds the truth nine times in ten, for rows like validation'),
  abstain_at_risk: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Marks the answers to withhold so that at most this share of the others is wrong'),
  nearest: z
    .int()
    .min(1)
    .max(LIMITS.predictNearest)
    .optional()
    .describe('Training examples to name per answer, ids only'),
});

export const PredictRequest = z.strictObject({
  model: z.string().optional(),
  models: z
    .array(z.string())
    .min(1)
    .max(LIMITS.predictModels)
    .optional()
    .describe('Many adapters over one backbone pass'),
  input: z.union([PredictInput, z.array(PredictInput).min(1).max(LIMITS.predictInputs)], {
    error: ({ input }) =>
      input === undefined ? `is missing: give a text, {"text"}, or up to ${LIMITS.predictInputs} of them` : undefined,
  }),
  top_k: z.int().min(1).optional(),
  views: z.boolean().optional(),
  ...AssuranceRequest.shape,
  monitor: z.boolean().optional().describe("`false` keeps these answers out of the model's drift watch; default true"),
});
export type PredictRequest = z.infer<typeof PredictRequest>;

export const LabelScore = z.object({ label: z.string(), score: z.number() });
export type LabelScore = z.infer<typeof LabelScore>;

export const NearestExample = z.object({
  id: z.string().describe("The row's id, or `line:N` of the training file"),
  similarity: z.number().describe('Cosine of the features, coarsely: -1 to 1'),
});
export type NearestExample = z.infer<typeof NearestExample>;

export const Prediction = z.object({
  object: z.literal('prediction'),
  index: z.int(),
  model: z.string(),
  label: z.string(),
  score: z.number(),
  labels: z.array(LabelScore),
  views: z.array(z.object({ layer: z.int(), labels: z.array(LabelScore) })).optional(),
  disagreement: z.number().describe('Jensen-Shannon divergence of the views, in bits; 0 for a method of a single view'),
  shift: z
    .number()
    .nullable()
    .describe(
      'How atypical the input is of the training rows: 0.99 is more than 99 % of the validation rows were. null for a model of an earlier release',
    ),
  set: z
    .array(z.string())
    .nullable()
    .optional()
    .describe('With `conformal`: the labels that cannot be ruled out at its level, surest first'),
  abstained: z.boolean().nullable().optional().describe('With `abstain_at_risk`: whether to withhold this answer'),
  nearest: z.array(NearestExample).nullable().optional().describe('With `nearest`: nearest first'),
});
export type Prediction = z.infer<typeof Prediction>;

export const PredictUsage = z.object({ input_tokens: z.int(), cached_inputs: z.int() });

export const PredictNotes = z
  .array(z.string())
  .optional()
  .describe('What could not be done as asked, and what would help');

export const PredictResponse = z.object({
  object: z.literal('list'),
  data: z.array(Prediction),
  usage: PredictUsage,
  notes: PredictNotes,
});
export type PredictResponse = z.infer<typeof PredictResponse>;

/** In milliseconds; become `x-queue-time`, `x-tokenization-time`, `x-inference-time`. */
export const Timings = z.object({ queueMs: z.number(), tokenizationMs: z.number(), inferenceMs: z.number() });
export type Timings = z.infer<typeof Timings>;
