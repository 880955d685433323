import type { Batch } from '../../contract/index.ts';
import type { BatchRow } from '../../store/queries/batches.ts';
import { toSeconds, toSecondsOrNull } from '../context.ts';

export const toBatch = (row: BatchRow): Batch => ({
  id: row.id,
  object: 'batch',
  endpoint: row.endpoint,
  model: row.model,
  errors: row.errors && { object: 'list', data: row.errors },
  input_file_id: row.inputFile,
  completion_window: '24h',
  status: row.status,
  output_file_id: row.outputFile,
  error_file_id: row.errorFile,
  created_at: toSeconds(row.createdMs),
  in_progress_at: toSecondsOrNull(row.inProgressMs),
  expires_at: toSeconds(row.expiresMs),
  finalizing_at: toSecondsOrNull(row.finalizingMs),
  completed_at: toSecondsOrNull(row.completedMs),
  failed_at: toSecondsOrNull(row.failedMs),
  expired_at: toSecondsOrNull(row.expiredMs),
  cancelling_at: toSecondsOrNull(row.cancellingMs),
  cancelled_at: toSecondsOrNull(row.cancelledMs),
  request_counts: { total: row.total, completed: row.completed, failed: row.failed },
  usage: {
    input_tokens: row.inputTokens,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: row.outputTokens,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: row.inputTokens + row.outputTokens,
  },
  metadata: row.metadata,
});
