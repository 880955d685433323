import { z } from 'zod';

const ReplicateStatus = z.enum(['starting', 'processing', 'succeeded', 'failed', 'canceled']);

const shared = {
  id: z.string(),
  model: z.string(),
  version: z.string(),
  input: z.record(z.string(), z.unknown()),
  logs: z.string(),
  error: z.string().nullable(),
  status: ReplicateStatus,
  created_at: z.string(),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  source: z.literal('api'),
  data_removed: z.boolean(),
  metrics: z.record(z.string(), z.number()),
  urls: z.object({ get: z.string(), cancel: z.string() }),
  webhook: z.string().optional(),
  webhook_events_filter: z.array(z.string()).optional(),
};

/** Replicate's prediction. Ours ends within the request that makes it. */
export const ReplicatePrediction = z.object({ ...shared, output: z.unknown() });
export type ReplicatePrediction = z.infer<typeof ReplicatePrediction>;

/** Replicate's training: a fine-tuning job. */
export const ReplicateTraining = z.object({
  ...shared,
  output: z.object({ version: z.string(), weights: z.null() }).nullable(),
});
export type ReplicateTraining = z.infer<typeof ReplicateTraining>;

/** Replicate's events; we send the last alone, as predictions end at once and a training's steps are in its events. */
const REPLICATE_EVENTS = ['start', 'output', 'logs', 'completed'] as const;
export const ReplicateWebhook = z.object({
  webhook: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .optional(),
  webhook_events_filter: z.array(z.enum(REPLICATE_EVENTS)).min(1).optional(),
});
export type ReplicateWebhook = z.infer<typeof ReplicateWebhook>;

/** Of every model, as Replicate names owners. */
export const REPLICATE_OWNER = 'levigate';
