import { z } from 'zod';
import { ComparedMethod, Method } from './levi.ts';
import { LintFinding } from './lint.ts';

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

export const Calibration = z.object({
  temperature: z.number().describe('Fitted on the validation rows; every logit is divided by it'),
  ece_before: z.number().describe('Expected calibration error on the held-out rows without it'),
  ece_after: z.number().describe('With it, as served'),
});

export const MethodReport = z.object({
  method: ComparedMethod,
  validation_loss: z.number().describe('Of calibrated answers, each half of the rows at the temperature of the other'),
  validation_accuracy: z.number(),
  calibration: Calibration,
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
  method: ComparedMethod,
  id: Figure,
  ood: Figure.nullable().describe('Mean over the shifts; null where no shift was given'),
});
export type Gain = z.infer<typeof Gain>;

export const ClassFigures = z.object({
  label: z.string(),
  support: z.int().describe('Held-out rows of this label'),
  precision: z.number(),
  recall: z.number(),
  f1: z.number(),
});
export type ClassFigures = z.infer<typeof ClassFigures>;

export const RiskAtCoverage = z.object({
  coverage: z.number().describe('Share of the rows that are answered, surest first'),
  risk: z.number().describe('Share of wrong answers among them'),
  score: z.number().describe('The lowest score among them: the threshold that gives this coverage'),
});
export type RiskAtCoverage = z.infer<typeof RiskAtCoverage>;

export const FineTuningReport = z.object({
  object: z.literal('fine_tuning.report'),
  served: Method,
  chosen_by: z
    .enum(['validation_loss', 'one_standard_error', 'request'])
    .describe('one_standard_error: levi+ensemble, within one standard error of the lowest validation loss'),
  verdict: z.string(),
  methods: z.array(MethodReport),
  gain: z.object({ over_linear_probe: Gain.nullable(), over_best_baseline: Gain.nullable() }),
  confusion: z
    .object({ labels: z.array(z.string()), counts: z.array(z.array(z.int())) })
    .describe('Served method, held-out rows; counts[true][predicted]'),
  per_class: z.array(ClassFigures).describe('Served method, held-out rows'),
  risk_coverage: z.array(RiskAtCoverage).max(50).describe('Served method, held-out rows'),
  worst_shift: z
    .object({ name: z.string(), accuracy: Figure })
    .nullable()
    .describe('The shift on which the served method is right least often; null where no shift was given'),
  seeds: z
    .array(z.object({ method: ComparedMethod, runs: z.int(), id: Figure, ood: Figure.nullable() }))
    .describe(
      'Accuracy over `levi.seeds` seeds of the methods that depend on the seed: mean with its 95 % t-interval, on held-out rows and over the shifts. Empty with one seed',
    ),
  curve: z.array(
    z.object({
      method: ComparedMethod,
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
    runtime: z.string().describe('What computed, and its version'),
    training_file_sha256: z.string(),
    validation_file_sha256: z.string().nullable(),
  }),
  lint: z.array(LintFinding).describe('What a look at the files found, worst first'),
  notes: z.array(z.string()),
});
export type FineTuningReport = z.infer<typeof FineTuningReport>;
