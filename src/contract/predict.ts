import { z } from 'zod';
import { LIMITS } from './limits.ts';

const Text = z.string().min(1, 'is empty: give the text to classify').max(LIMITS.predictTextChars);

// Four characters carry three bytes.
const MAX_IMAGE_CHARS = Math.ceil(LIMITS.imageBytes / 3) * 4 + 64;
const BASE64 = /^(data:[\w.+/-]*(;[\w.=+-]+)*;base64,)?[\w+/-]+={0,2}$/;

const EncodedImage = z
  .string()
  .max(MAX_IMAGE_CHARS, `is larger than ${LIMITS.imageBytes} bytes: send a smaller version of it`)
  .superRefine((image, context) => {
    if (/^https?:/i.test(image)) {
      context.addIssue({
        code: 'custom',
        message: 'is a URL, and nothing is fetched for a request: send the file itself as base64',
      });
    } else if (!BASE64.test(image)) {
      context.addIssue({
        code: 'custom',
        message:
          'is not base64: give the bytes of a JPEG, PNG or WebP file as base64, bare or as data:image/png;base64,...',
      });
    }
  })
  .describe('A JPEG, PNG or WebP file as base64, bare or as a data URI');

/** What the backbone and the task model read of one input; a plain string is a record with one text. */
export const PredictRecord = z
  .strictObject({
    text: Text.optional(),
    image: EncodedImage.optional(),
    fields: z.record(z.string(), z.unknown()).optional(),
  })
  .refine(({ text, image, fields }) => [text, image, fields].some((part) => part !== undefined), {
    error: 'is empty: give "text", "image" or "fields"',
  });
export type PredictRecord = z.infer<typeof PredictRecord>;
const PredictInput = z.union([Text, PredictRecord]);

/** How far to trust each answer: docs/predict.md. */
export const AssuranceRequest = z.strictObject({
  coverage: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe(
      'Level of a prediction set (of numbers: an interval) per answer: 0.9 holds the truth nine times in ten, for rows like validation',
    ),
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

/** As fetch's `cache` has it. */
export const FeatureCacheUse = z
  .enum(['default', 'no-store'])
  .describe('`no-store`: features are neither taken from the cache nor kept in it');
export type FeatureCacheUse = z.infer<typeof FeatureCacheUse>;

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
      input === undefined
        ? `is missing: give a text, {"text"}, {"image"}, or up to ${LIMITS.predictInputs} of them`
        : undefined,
  }),
  top_k: z.int().min(1).optional(),
  views: z.boolean().optional(),
  cache: FeatureCacheUse.optional(),
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

export const TargetAnswer = z.object({
  label: z.string().nullable().describe('The likeliest; null for regression'),
  score: z.number().nullable().describe('Its calibrated probability; null for regression'),
  labels: z.array(LabelScore).describe('By falling score; empty for regression'),
  predicted: z.array(z.string()).optional().describe('multi_label: those more likely than not'),
  value: z.number().optional().describe('regression, ordinal: the number estimated'),
  views: z
    .array(z.object({ layer: z.int(), labels: z.array(LabelScore), value: z.number().optional() }))
    .optional()
    .describe("Each layer's own answer"),
  disagreement: z
    .number()
    .describe(
      "How far the views lie apart: Jensen-Shannon divergence in bits, or for numbers their standard deviation in the number's unit; 0 for a method of a single view",
    ),
  prediction_set: z
    .array(z.string())
    .nullable()
    .optional()
    .describe('With `coverage`: the labels that cannot be ruled out at it, surest first'),
  interval: z
    .object({ low: z.number(), high: z.number() })
    .nullable()
    .optional()
    .describe('With `coverage`, of numbers: the values that cannot be ruled out at it'),
  abstain: z.boolean().nullable().optional().describe('With `abstain_at_risk`: whether to withhold this answer'),
});
export type TargetAnswer = z.infer<typeof TargetAnswer>;

export const Prediction = TargetAnswer.extend({
  object: z.literal('prediction'),
  index: z.int(),
  model: z.string(),
  shift_score: z
    .number()
    .nullable()
    .describe(
      'How atypical the input is of the training rows: 0.99 is more than 99 % of the validation rows were. null for a model of an earlier release',
    ),
  nearest: z.array(NearestExample).nullable().optional().describe('With `nearest`: nearest first'),
  targets: z
    .record(z.string(), TargetAnswer)
    .optional()
    .describe('Of a model of several targets, by name; what stands at the top is the first one'),
});
export type Prediction = z.infer<typeof Prediction>;

export const PredictUsage = z.object({
  input_tokens: z.int(),
  cached_inputs: z.int(),
  cached_tokens: z.int().optional().describe('Among the tokens: those of inputs whose features were there already'),
});

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
