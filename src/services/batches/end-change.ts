import type { EventType } from '../../contract/index.ts';
import type { BatchChange, BatchRow, NewBatchRow } from '../../store/queries/batches.ts';
import { newWebhookEvent } from '../events/new-event.ts';

const EVENT_TYPES = {
  completed: 'batch.completed',
  failed: 'batch.failed',
  expired: 'batch.expired',
  cancelled: 'batch.cancelled',
} as const satisfies Record<string, EventType>;

export interface BatchEnd {
  readonly status: keyof typeof EVENT_TYPES;
  readonly set: Partial<NewBatchRow>;
  readonly files?: BatchChange['files'];
}

/** Ends a batch and tells of it, for one commit. */
export const endChange = (batch: BatchRow, { status, set, files }: BatchEnd, nowMs: number): BatchChange => ({
  set: { ...set, status, dueMs: null, leaseToken: null },
  ...(files ? { files } : {}),
  webhookEvents: [
    newWebhookEvent({ projectId: batch.projectId, type: EVENT_TYPES[status], subjectId: batch.id, nowMs }),
  ],
});
