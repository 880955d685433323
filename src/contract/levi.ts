import { z } from 'zod';
import { LIMITS } from './limits.ts';

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

/** The `levi` block of a fine-tuning request. Unknown keys are refused, so that a misspelt option is never silently ignored. */
export const LeviOptions = z.strictObject({
  task: z.enum(['single_label']).optional(),
  method: z.enum(['auto', ...METHODS]).optional(),
  baselines: z
    .enum(['standard', 'all'])
    .optional()
    .describe(
      '`all` trains further baselines and ablations for the report, in about three times the time; what is served stays the same',
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
  layers: z
    .union([z.literal('all'), z.array(z.int().min(0)).min(1)])
    .optional()
    .describe('Tapped layers; 0 is the embeddings'),
  width: z.int().min(1).max(512).optional().describe('r of the adapting layers'),
  beta: z.number().min(0).max(1).optional(),
  view_dropout: z.number().min(0).lt(1).optional(),
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
