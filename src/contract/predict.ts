import { z } from 'zod';
import { LIMITS } from './limits.ts';

const Text = z.string().min(1, 'is empty: give the text to classify').max(LIMITS.predictTextChars);

/** `{text, fields?}`, or a plain string for a record with one text. */
export const PredictRecord = z.strictObject({ text: Text, fields: z.record(z.string(), z.unknown()).optional() });
export type PredictRecord = z.infer<typeof PredictRecord>;
const PredictInput = z.union([Text, PredictRecord]);

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
});
export type PredictRequest = z.infer<typeof PredictRequest>;

export const LabelScore = z.object({ label: z.string(), score: z.number() });
export type LabelScore = z.infer<typeof LabelScore>;

export const Prediction = z.object({
  object: z.literal('prediction'),
  index: z.int(),
  model: z.string(),
  label: z.string(),
  score: z.number(),
  labels: z.array(LabelScore),
  views: z.array(z.object({ layer: z.int(), labels: z.array(LabelScore) })).optional(),
  disagreement: z.number().describe('Jensen-Shannon divergence of the views, in bits; 0 for a method of a single view'),
});
export type Prediction = z.infer<typeof Prediction>;

export const PredictUsage = z.object({ input_tokens: z.int(), cached_inputs: z.int() });

export const PredictResponse = z.object({ object: z.literal('list'), data: z.array(Prediction), usage: PredictUsage });
export type PredictResponse = z.infer<typeof PredictResponse>;

/** In milliseconds; become `x-queue-time`, `x-tokenization-time`, `x-inference-time`. */
export const Timings = z.object({ queueMs: z.number(), tokenizationMs: z.number(), inferenceMs: z.number() });
export type Timings = z.infer<typeof Timings>;
