import { z } from 'zod';
import { LIMITS } from './limits.ts';

/**
 * What is to be learned of a record: one of several labels, any of several labels, a number, or one of several ordered
 * numbers (ratings).
 */
export const TASKS = ['single_label', 'multi_label', 'regression', 'ordinal'] as const;
export const Task = z.enum(TASKS);
export type Task = z.infer<typeof Task>;

/** Methods a job can be told to serve; `auto` serves the one with the lowest validation loss. */
export const METHODS = [
  'prior',
  'linear_probe',
  'best_layer',
  'concat_all',
  'task_only',
  'ensemble',
  'levi',
  'levi+ensemble',
  'levi+task',
] as const;
export const Method = z.enum(METHODS);
export type Method = z.infer<typeof Method>;

/** Trained on request for the report's table and never served. */
export const COMPARISONS = ['mlp_matched', 'head2toe', 'levi_no_task', 'levi_last', 'levi_noise'] as const;
export const ComparedMethod = z.enum([...METHODS, ...COMPARISONS]);
export type ComparedMethod = z.infer<typeof ComparedMethod>;

export const FIELD_TYPES = ['categorical', 'number', 'id', 'date'] as const;
export const FieldType = z.enum(FIELD_TYPES);
export type FieldType = z.infer<typeof FieldType>;

/** Changes that are made to held-out rows, to see how answers hold up: to their text, image, or fields. */
export const TEXT_CORRUPTIONS = ['typos', 'case', 'punctuation', 'dropped_words', 'truncation', 'spelling'] as const;
export const IMAGE_CORRUPTIONS = ['noise', 'blur', 'contrast', 'jpeg', 'occlusion'] as const;
export const FIELD_CORRUPTIONS = ['missing_fields', 'unseen_ids'] as const;
export const CORRUPTIONS = [...TEXT_CORRUPTIONS, ...IMAGE_CORRUPTIONS, ...FIELD_CORRUPTIONS] as const;
export type TextCorruption = (typeof TEXT_CORRUPTIONS)[number];
export type ImageCorruption = (typeof IMAGE_CORRUPTIONS)[number];
export type FieldCorruption = (typeof FIELD_CORRUPTIONS)[number];
export const Corruption = z.enum(CORRUPTIONS);
export type Corruption = z.infer<typeof Corruption>;

const ColumnName = z.string().min(1).max(LIMITS.columnNameChars);

/** Where the parts of a record stand in a file. */
export const Columns = z.strictObject({
  text: z
    .union([ColumnName, z.array(ColumnName).min(1).max(LIMITS.textColumns)])
    .optional()
    .describe('Default "text". Several become one text, a line each: "subject: …"'),
  label: ColumnName.optional().describe('Default "label"'),
  fields: z
    .union([z.literal('auto'), z.record(ColumnName, z.union([FieldType, z.literal('auto')]))])
    .optional()
    .describe(
      'What else is known of a row, and how to read it: "auto" tells the type from the values, for one column or for all others',
    ),
  image: ColumnName.optional().describe('Default "image", where there is no text'),
  group: ColumnName.optional().describe('Domain, source or period of a row'),
  weight: ColumnName.optional().describe('What a row counts relative to others; above 0'),
  id: ColumnName.optional().describe('What rows are called where they are named to you; never learned from'),
});
export type Columns = z.infer<typeof Columns>;

/** One of several answers that a job learns of the same records. */
export const TargetOptions = z.strictObject({
  column: ColumnName.optional().describe("Where its labels stand; default the target's name"),
  task: Task.optional(),
});
export type TargetOptions = z.infer<typeof TargetOptions>;

/** How the rows of a chat file (`messages`) become records. What is absent is told from the training file when the job is created. */
export const ChatOptions = z.strictObject({
  system: z
    .enum(['context', 'ignore'])
    .optional()
    .describe('Instructions; told: `context` where the training file holds different ones, else `ignore`'),
  history: z.enum(['context', 'ignore']).optional().describe('Turns before the last user message; default `context`'),
  answer: z
    .record(ColumnName, z.enum(['text', 'json']))
    .refine((keys) => Object.keys(keys).length >= 1 && Object.keys(keys).length <= LIMITS.targets, {
      error: `must name 1 to ${LIMITS.targets} keys`,
    })
    .optional()
    .describe(
      'The keys of the JSON objects that the assistant answers, and how their values are spelt: `text` as strings, `json` as numbers, true, false or lists. Absent: it answers the label itself',
    ),
});
export type ChatOptions = z.infer<typeof ChatOptions>;

/** LEVI's loss. The logistic regressions it is compared with keep the plain one, which has a single optimum. */
export const LossOptions = z.strictObject({
  type: z.enum(['cross_entropy', 'focal']).optional(),
  focusing: z.number().min(1).max(10).optional().describe('Of the focal loss; default 2'),
  label_smoothing: z.number().min(0).max(0.5).optional(),
});
export type LossOptions = z.infer<typeof LossOptions>;
/** How much a search for LEVI's hyperparameters may take. */
export const SearchOptions = z.strictObject({
  budget: z
    .union(
      [
        z.strictObject({ trials: z.int().min(2).max(LIMITS.searchTrials) }),
        z.strictObject({ seconds: z.int().min(1).max(LIMITS.searchSeconds) }),
      ],
      { error: `must be either {"trials": 2 to ${LIMITS.searchTrials}} or {"seconds": 1 to ${LIMITS.searchSeconds}}` },
    )
    .describe('Configurations to try, which repeats exactly, or seconds, which does not'),
});
export type SearchOptions = z.infer<typeof SearchOptions>;

/** The `levi` block of a fine-tuning request. Unknown keys are refused, so that a misspelt option is never silently ignored. */
export const LeviOptions = z.strictObject({
  task: Task.optional().describe(
    'Told from the labels when absent: lists of names are multi_label, all else single_label',
  ),
  targets: z
    .record(z.string().min(1).max(LIMITS.labelChars), TargetOptions)
    .refine((targets) => Object.keys(targets).length >= 2 && Object.keys(targets).length <= LIMITS.targets, {
      error: `must name 2 to ${LIMITS.targets} targets; for one, use "task" and "columns"`,
    })
    .meta({ minProperties: 2, maxProperties: LIMITS.targets })
    .optional()
    .describe('Several answers in one job, each with a column of its own'),
  chat: ChatOptions.optional(),
  loss: LossOptions.optional(),
  method: z.enum(['auto', ...METHODS]).optional(),
  baselines: z
    .enum(['standard', 'all'])
    .optional()
    .describe(
      '`all` trains further baselines and ablations for the report, in about three times the time; what is served stays the same',
    ),
  report: z
    .enum(['standard', 'full'])
    .optional()
    .describe(
      '`full`: five seeds and all baselines, for intervals that count the seeds; what is served stays the same',
    ),
  seeds: z
    .int()
    .min(1)
    .max(5)
    .optional()
    .describe('How often to train what depends on the seed, for an interval in the report; the first one is served'),
  columns: Columns.optional(),
  shift_files: z
    .array(z.strictObject({ name: z.string().min(1).max(64), file: z.string() }))
    .max(LIMITS.shiftFiles)
    .optional()
    .describe('Labelled files from other sources: reported on, never trained or chosen on'),
  group_by: ColumnName.optional().describe(
    'A column such as domain, source or month: the report then shows each group left out of training; what is served stays the same',
  ),
  corruptions: z
    .union([z.literal('all'), z.array(Corruption).min(1)])
    .optional()
    .describe('Report on held-out rows changed in these ways; decides nothing'),
  search: SearchOptions.optional().describe("Search LEVI's hyperparameters on the validation rows before training"),
  layers: z
    .union([z.literal('all'), z.array(z.int().min(0)).min(1)])
    .optional()
    .describe('Tapped layers; 0 is the embeddings'),
  width: z.int().min(1).max(512).optional().describe('r of the adapting layers'),
  beta: z.number().min(0).max(1).optional(),
  view_dropout: z.number().min(0).lt(1).optional(),
  coverage_gate: z
    .boolean()
    .optional()
    .describe('Hear the task model less where it knows less of an input: for data whose words or ids will change'),
  head_dropout: z.number().min(0).lt(1).optional(),
  class_weight: z.union([z.literal('balanced'), z.record(z.string(), z.number().positive())]).optional(),
  max_length: z.int().min(8).max(512).optional().describe('Tokens after which a text is truncated'),
});
export type LeviOptions = z.infer<typeof LeviOptions>;

const autoOr = <Schema extends z.ZodType>(schema: Schema) => z.union([z.literal('auto'), schema]).optional();

/** OpenAI's hyperparameters; `learning_rate_multiplier` scales LEVI's default learning rate. */
export const Hyperparameters = z.object({
  n_epochs: autoOr(z.int().min(1).max(50)),
  batch_size: autoOr(z.int().min(1).max(256)),
  learning_rate_multiplier: autoOr(z.number().positive().max(100)),
});
export type Hyperparameters = z.infer<typeof Hyperparameters>;
