import { z } from 'zod';
import { Method } from './levi.ts';

/** A figure with its 95 % bootstrap interval; both bounds null where none could be computed. */
export const Figure = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });
export type Figure = z.infer<typeof Figure>;

export const SplitMetrics = z.object({
  n: z.int(),
  accuracy: Figure,
  macro_f1: z.number(),
  loss: z.number().describe('Mean cross-entropy in nats'),
  ece: z.number().describe('Expected calibration error, 15 equal-width bins'),
});
export type SplitMetrics = z.infer<typeof SplitMetrics>;

export const MethodReport = z.object({
  method: Method,
  validation_loss: z.number(),
  validation_accuracy: z.number(),
  id: SplitMetrics.describe('On rows held out from training and from every choice'),
  shifts: z.array(SplitMetrics.extend({ name: z.string() })),
  seconds: z.number(),
  parameters: z.int().describe('Trainable parameters'),
  bytes: z.int().describe('Size of the adapter that would be served'),
  detail: z
    .record(z.string(), z.unknown())
    .describe('What the method chose: layer, L2 strength, mixing weight, best epoch'),
});
export type MethodReport = z.infer<typeof MethodReport>;

/** Difference in accuracy, served minus the named baseline, on the same rows (paired bootstrap). */
export const Gain = z.object({
  method: Method,
  id: Figure,
  ood: Figure.nullable().describe('Mean over the shifts; null where no shift was given'),
});
export type Gain = z.infer<typeof Gain>;

export const FineTuningReport = z.object({
  object: z.literal('fine_tuning.report'),
  served: Method,
  chosen_by: z.enum(['validation_loss', 'request']),
  verdict: z.string(),
  methods: z.array(MethodReport),
  gain: z.object({ over_linear_probe: Gain.nullable(), over_best_baseline: Gain.nullable() }),
  confusion: z
    .object({ labels: z.array(z.string()), counts: z.array(z.array(z.int())) })
    .describe('Served method, held-out rows; counts[true][predicted]'),
  curve: z.array(
    z.object({
      method: Method,
      epoch: z.int(),
      step: z.int(),
      train_loss: z.number(),
      valid_loss: z.number(),
      valid_accuracy: z.number(),
    }),
  ),
  data: z.object({
    rows: z.int(),
    train: z.int(),
    validation: z.int(),
    test: z.int(),
    labels: z.record(z.string(), z.int()),
    truncated_texts: z.int(),
    duplicate_texts: z.int(),
  }),
  provenance: z.object({
    backbone: z.string(),
    backbone_fingerprint: z.string(),
    engine_version: z.string(),
    seed: z.int(),
    threads: z.int(),
    device: z.string(),
    training_file_sha256: z.string(),
  }),
  notes: z.array(z.string()),
});
export type FineTuningReport = z.infer<typeof FineTuningReport>;
