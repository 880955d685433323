import { z } from 'zod';
import { MAX_UNIX_SECONDS, UnixSeconds } from './common.ts';
import { DAY_MS } from './durations.ts';

/** Width of a bucket. */
export const USAGE_DAY_S = DAY_MS / 1000;
const MAX_BUCKETS = 31;
/** Days on a page where no number is given, and days up to today where no begin is. */
export const DEFAULT_USAGE_DAYS = 7;

/** Of OpenAI's usage API, what has a meaning here. */
export const UsageQuery = z.object({
  start_time: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_UNIX_SECONDS)
    .optional()
    .describe('Unix time in seconds; begins with the day (UTC) it is in. Six days ago when absent'),
  end_time: z.coerce
    .number()
    .int()
    .min(0)
    .max(MAX_UNIX_SECONDS)
    .optional()
    .describe('Exclusive; today is the last day when absent'),
  bucket_width: z.enum(['1d']).default('1d'),
  group_by: z
    .union([z.enum(['model']), z.array(z.enum(['model'])).max(1)])
    .optional()
    .describe('`model`: a result for each; else one a day'),
  'group_by[]': z.enum(['model']).optional().describe('As OpenAI clients send it'),
  models: z.string().optional().describe('Only of this model'),
  limit: z.coerce.number().int().min(1).max(MAX_BUCKETS).default(DEFAULT_USAGE_DAYS).describe('Days on a page'),
  page: z
    .string()
    .regex(/^\d{1,8}$/, 'is not a page of this list: give the "next_page" of the page before')
    .optional()
    .describe('`next_page` of the page before'),
});
export type UsageQuery = z.infer<typeof UsageQuery>;

export const UsageResult = z.object({
  object: z.literal('usage.result'),
  project_id: z.string(),
  model: z.string().nullable().describe('With `group_by=model`'),
  num_model_requests: z.int().describe('A request to several models counts for each'),
  num_inputs: z.int().describe('Inputs times models'),
  input_tokens: z.int(),
  input_cached_tokens: z.int().describe('Among the tokens: those whose features were there already'),
  num_jobs: z.int().describe('Fine-tuning jobs that ended'),
  training_seconds: z.number().describe('Of their last attempts'),
  trained_tokens: z.int(),
});
export type UsageResult = z.infer<typeof UsageResult>;

export const UsageBucket = z.object({
  object: z.literal('bucket'),
  start_time: UnixSeconds,
  end_time: UnixSeconds,
  results: z.array(UsageResult).describe('Empty on a day without any'),
});
export type UsageBucket = z.infer<typeof UsageBucket>;

export const UsagePage = z.object({
  object: z.literal('page'),
  data: z.array(UsageBucket).describe('Oldest first'),
  has_more: z.boolean(),
  next_page: z.string().nullable(),
});
export type UsagePage = z.infer<typeof UsagePage>;
