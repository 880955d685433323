import { z } from 'zod';
import { UnixSeconds } from './common.ts';

/** What a model's predictions are compared with: the validation rows, as answered before any weight learned from them. */
export const DriftReference = z.object({
  rows: z.int().min(1).describe('Validation rows behind the shift scores'),
  labels: z
    .record(z.string(), z.int().min(0))
    .nullable()
    .describe('How often each label, or each range of numbers, was predicted for them'),
  cuts: z.array(z.number()).optional().describe('Of numbers: where the ranges part that stand for labels'),
});
export type DriftReference = z.infer<typeof DriftReference>;

export const DriftWindow = z.object({
  ended_at: UnixSeconds,
  rows: z.int().describe('Predictions in it'),
  mean_shift: z.number().describe('Mean shift score; about 0.5 for inputs like the validation rows'),
  shift_band: z
    .tuple([z.number(), z.number()])
    .describe('Which the mean leaves, without drift, in 3 of 10,000 windows of this size'),
  shift_p: z.number().describe('How often it would be as far from 0.5, or further, without drift'),
  label_rates: z.record(z.string(), z.number()).nullable().describe('Of labels, or of ranges of numbers'),
  label_distance: z
    .number()
    .nullable()
    .describe('Total variation between these rates and those of the validation rows, 0 to 1'),
  label_p: z.number().nullable().describe('How often they would differ as much, or more, without drift'),
});
export type DriftWindow = z.infer<typeof DriftWindow>;

export const ModelDrift = z.object({
  object: z.literal('model.drift'),
  model: z.string(),
  state: z
    .enum(['unavailable', 'collecting', 'stable', 'drifting'])
    .describe(
      'collecting: no window is full yet; unavailable: a model of an earlier release, or a backbone, has nothing to compare with',
    ),
  since: UnixSeconds.nullable().describe('Since when it is stable or drifting'),
  collected: z.object({
    rows: z.int().describe('Predictions that the next window has so far'),
    needed: z.int(),
  }),
  reference: z
    .object({ rows: z.int(), label_rates: z.record(z.string(), z.number()).nullable() })
    .nullable()
    .describe('The validation rows'),
  windows: z.array(DriftWindow).describe('The last ones, newest first'),
});
export type ModelDrift = z.infer<typeof ModelDrift>;
