import { z } from 'zod';
import { Metadata, UnixSeconds } from './common.ts';

export const BATCH_ENDPOINTS = ['/v1/predict', '/v1/embeddings', '/v1/chat/completions'] as const;
export const BatchEndpoint = z.enum(BATCH_ENDPOINTS);
export type BatchEndpoint = z.infer<typeof BatchEndpoint>;

export const BATCH_STATUSES = [
  'validating',
  'failed',
  'in_progress',
  'finalizing',
  'completed',
  'expired',
  'cancelling',
  'cancelled',
] as const;
export const BatchStatus = z.enum(BATCH_STATUSES);
export type BatchStatus = z.infer<typeof BatchStatus>;

/** Which status may follow which. */
export const NEXT_BATCH_STATUS = {
  validating: ['in_progress', 'failed', 'cancelling', 'expired'],
  in_progress: ['finalizing', 'cancelling', 'expired'],
  finalizing: ['completed'],
  cancelling: ['cancelled'],
  completed: [],
  failed: [],
  expired: [],
  cancelled: [],
} as const satisfies Record<BatchStatus, readonly BatchStatus[]>;

export const isBatchFinished = (status: BatchStatus): boolean => NEXT_BATCH_STATUS[status].length === 0;

export const CreateBatchRequest = z.object({
  input_file_id: z
    .string()
    .describe('JSONL with purpose "batch": {"custom_id", "method": "POST", "url", "body"} a line'),
  endpoint: z.enum(BATCH_ENDPOINTS, {
    error: ({ input }) => `"${String(input)}" is not offered in batches: choose one of ${BATCH_ENDPOINTS.join(', ')}`,
  }),
  completion_window: z.literal('24h'),
  metadata: Metadata.nullish(),
  output_expires_after: z
    .object({ anchor: z.literal('created_at'), seconds: z.int().min(3_600).max(2_592_000) })
    .nullish(),
});
export type CreateBatchRequest = z.infer<typeof CreateBatchRequest>;

export const BatchError = z.object({
  code: z.string(),
  message: z.string(),
  param: z.string().nullable(),
  line: z.int().nullable(),
});
export type BatchError = z.infer<typeof BatchError>;

const Moment = UnixSeconds.nullable();

export const Batch = z.object({
  id: z.string(),
  object: z.literal('batch'),
  endpoint: BatchEndpoint,
  model: z.string().nullable().describe("The first line's"),
  errors: z.object({ object: z.literal('list'), data: z.array(BatchError) }).nullable(),
  input_file_id: z.string(),
  completion_window: z.literal('24h'),
  status: BatchStatus,
  output_file_id: z.string().nullable(),
  error_file_id: z.string().nullable(),
  created_at: UnixSeconds,
  in_progress_at: Moment,
  expires_at: UnixSeconds,
  finalizing_at: Moment,
  completed_at: Moment,
  failed_at: Moment,
  expired_at: Moment,
  cancelling_at: Moment,
  cancelled_at: Moment,
  request_counts: z.object({ total: z.int(), completed: z.int(), failed: z.int() }),
  usage: z.object({
    input_tokens: z.int(),
    input_tokens_details: z.object({ cached_tokens: z.int() }),
    output_tokens: z.int(),
    output_tokens_details: z.object({ reasoning_tokens: z.int() }),
    total_tokens: z.int(),
  }),
  metadata: Metadata.nullable(),
});
export type Batch = z.infer<typeof Batch>;

/** One request of an input file. */
export const BatchLine = z.object({
  custom_id: z.string().min(1).max(512),
  method: z.literal('POST'),
  url: z.string(),
  body: z.record(z.string(), z.unknown()),
});
export type BatchLine = z.infer<typeof BatchLine>;
