import { z } from 'zod';
import { ComparedMethod, Method, Task } from './levi.ts';
import { LintFinding } from './lint.ts';

/** A figure with its 95 % interval; both bounds null where none could be computed. */
export const Figure = z.object({ value: z.number(), low: z.number().nullable(), high: z.number().nullable() });
export type Figure = z.infer<typeof Figure>;

/** What the methods are compared by: accuracy (single_label), F1 of each record's labels (multi_label), or the root of the mean squared error. */
export const Metric = z.object({
  name: z.enum(['accuracy', 'example_f1', 'rmse']),
  higher_is_better: z.boolean(),
});
export type Metric = z.infer<typeof Metric>;

export const SplitMetrics = z.object({
  n: z.int(),
  score: Figure.describe("The task's own figure, see `metric`"),
  loss: z
    .number()
    .describe('Mean cross-entropy in nats, of labels summed over them; of numbers the mean squared error'),
  accuracy: Figure.optional().describe('single_label, and ordinal: of the nearest level'),
  macro_f1: z.number().optional().describe('single_label, multi_label'),
  micro_f1: z.number().optional().describe('multi_label: over all pairs of record and label'),
  exact_match: z.number().optional().describe('multi_label: share of records with exactly the right labels'),
  ece: z.number().optional().describe('single_label, multi_label: expected calibration error, 15 equal-width bins'),
  mae: z.number().optional().describe('regression, ordinal: mean absolute error'),
  r2: z.number().optional().describe('regression, ordinal: share of the variance explained'),
});
export type SplitMetrics = z.infer<typeof SplitMetrics>;

export const Calibration = z.object({
  temperature: z
    .number()
    .nullable()
    .describe('Fitted on the validation rows; every logit is divided by it. null for numbers'),
  deviation: z.number().nullable().describe('Of the errors on the validation rows; null for labels'),
  ece_before: z.number().nullable().describe('Expected calibration error on the held-out rows without the temperature'),
  ece_after: z.number().nullable().describe('With it, as served'),
});

/** A file of the user's, held-out rows that a built-in corruption changed, or a group that was left out of training. */
export const ShiftKind = z.enum(['file', 'corruption', 'group']);
export type ShiftKind = z.infer<typeof ShiftKind>;

export const MethodReport = z.object({
  method: ComparedMethod,
  validation_loss: z.number().describe('Of calibrated answers, each half of the rows at the temperature of the other'),
  validation_score: z.number().describe('See `metric`'),
  calibration: Calibration,
  id: SplitMetrics.describe('On rows held out from training and from every choice'),
  shifts: z
    .array(SplitMetrics.extend({ name: z.string(), kind: ShiftKind }))
    .describe('Files, corruptions, then groups; of a group the method as trained without it'),
  ood: z
    .object({
      score: Figure.describe('Mean over the shift files'),
      gap: Figure.describe('How much worse that is than on held-out rows; below 0 where it is better'),
    })
    .nullable()
    .describe('null where no shift file was given'),
  groups: z
    .object({ score: Figure, gap: Figure })
    .nullable()
    .describe('The same over the groups, the method trained without each; null where none was left out'),
  seconds: z.number().describe('Training, on features that are there'),
  added_latency_ms: z
    .object({ one_row: z.number(), batch_of_32: z.number() })
    .describe("What answering with this adapter adds to the backbone's own pass, on the machine that trained: medians"),
  parameters: z.int().describe('Trainable parameters'),
  bytes: z.int().describe('Size of the adapter that would be served'),
  detail: z
    .record(z.string(), z.unknown())
    .describe('What the method chose: layer, L2 strength, mixing weight, best epoch'),
});
export type MethodReport = z.infer<typeof MethodReport>;

/** How much better the served method's score is than the named baseline's, on the same rows (paired bootstrap): below 0 where it is worse. */
export const Gain = z.object({
  method: ComparedMethod,
  id: Figure,
  ood: Figure.nullable().describe('Mean over the shift files; null where none was given'),
  groups: Figure.nullable().describe(
    'Mean over the groups left out, of one seed, the groups drawn, too; null where there are none',
  ),
  shifts: z
    .array(Figure.extend({ name: z.string(), kind: ShiftKind.exclude(['corruption']) }))
    .describe('Each shift file and group alone'),
  seeds: z
    .int()
    .describe(
      'Over how many seeds it is averaged. Intervals count each row once and, from two seeds on, the seeds, too',
    ),
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

/** What a job says of one target. */
export const TargetReport = z.object({
  target: z.string().describe('Its name; "label" for the only one'),
  task: Task,
  metric: Metric,
  served: Method,
  chosen_by: z
    .enum(['validation_loss', 'one_standard_error', 'request'])
    .describe('one_standard_error: levi+ensemble, within one standard error of the lowest validation loss'),
  verdict: z.string(),
  methods: z.array(MethodReport),
  gain: z.object({ over_linear_probe: Gain.nullable(), over_best_baseline: Gain.nullable() }),
  confusion: z
    .object({ labels: z.array(z.string()), counts: z.array(z.array(z.int())) })
    .nullable()
    .describe('Served method, held-out rows; counts[true][predicted]. null where answers are no single label or level'),
  per_class: z.array(ClassFigures).describe('Served method, held-out rows; empty for numbers'),
  risk_coverage: z
    .array(RiskAtCoverage)
    .max(50)
    .describe('Served method, held-out rows; empty for numbers. Risk: share of wrong answers, of labels 1 - F1'),
  worst_shift: z
    .object({ name: z.string(), score: Figure })
    .nullable()
    .describe('The shift file on which the served method does worst; null where none was given'),
  worst_group: z
    .object({ name: z.string(), score: Figure })
    .nullable()
    .describe('The group on which the served method, trained without it, does worst; null where there are none'),
  search: z
    .array(
      z.object({
        config: z.object({
          width: z.int(),
          head_dropout: z.number(),
          view_dropout: z.number(),
          weight_decay: z.number(),
          learning_rate: z.number(),
        }),
        epochs: z.int().describe('The best epoch of as many as it got'),
        valid_loss: z.number(),
        is_chosen: z.boolean(),
      }),
    )
    .describe("What a search for LEVI's hyperparameters tried, the request's own first; empty without one"),
  seeds: z
    .array(z.object({ method: ComparedMethod, runs: z.int(), id: Figure, ood: Figure.nullable() }))
    .describe(
      'The score over `levi.seeds` seeds of the methods that depend on the seed: mean with its 95 % t-interval, on held-out rows and over the shift files. Empty with one seed',
    ),
  curve: z.array(
    z.object({
      method: ComparedMethod,
      epoch: z.int(),
      step: z.int(),
      train_loss: z.number(),
      train_score: z
        .number()
        .describe("See `metric`; of the epoch's batches, each as it was answered before its step, with dropout"),
      valid_loss: z.number(),
      valid_score: z.number(),
    }),
  ),
  data: z.object({
    rows: z.int(),
    train: z.int(),
    validation: z.int(),
    test: z.int(),
    labels: z.record(z.string(), z.int()).describe('Rows per label; empty for regression'),
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
export type TargetReport = z.infer<typeof TargetReport>;

export const FineTuningReport = TargetReport.extend({
  object: z.literal('fine_tuning.report'),
  other_targets: z.array(TargetReport).describe('Of a job of several targets: all but the first one'),
});
export type FineTuningReport = z.infer<typeof FineTuningReport>;
