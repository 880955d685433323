import { z } from 'zod';

/** What a look at the files before training can find; each is explained in docs/data.md. */
export const LINT_CODES = [
  'conflicting_labels',
  'split_overlap',
  'token_gives_label',
  'field_gives_label',
  'encoding_damage',
  'few_examples',
  'class_imbalance',
  'similar_labels',
  'duplicate_texts',
  'near_duplicate_texts',
  'truncated_texts',
  'very_short_texts',
  'mixed_scripts',
  'mixed_languages',
  'tiny_images',
  'narrow_images',
  'small_groups',
  'mixed_field_types',
  'constant_field',
  'empty_field',
  'field_in_one_file',
  'field_type_differs',
  'date_formats',
  'float_ids',
  'missing_labels',
] as const;

export const LintFinding = z.object({
  code: z.enum(LINT_CODES),
  severity: z.enum(['info', 'warn', 'error']),
  message: z.string().describe('What was found and what to do about it'),
  file: z.string().describe('The request field that named the file'),
  rows: z.array(z.int()).describe('The first line numbers concerned, 20 at most'),
  count: z.int().describe('Of all rows (or labels, or fields) concerned'),
});
export type LintFinding = z.infer<typeof LintFinding>;
