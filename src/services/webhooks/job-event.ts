import { createId } from '../../contract/index.ts';
import type { EventType } from '../../contract/index.ts';
import type { webhookEvents } from '../../store/schema.ts';
import { toSeconds } from '../context.ts';

export type NewWebhookEvent = typeof webhookEvents.$inferInsert;

/** The outbox row of a job's change, to be written in the same batch as the change. Thin: the id to fetch. */
export function jobWebhookEvent(
  job: { readonly id: string; readonly projectId: string },
  type: EventType,
  nowMs: number,
): NewWebhookEvent {
  const id = createId('event', nowMs);
  return {
    id,
    projectId: job.projectId,
    type,
    endpointId: null,
    body: {
      id,
      object: 'event',
      created_at: toSeconds(nowMs),
      timestamp: new Date(nowMs).toISOString(),
      type,
      data: { id: job.id },
    },
    createdMs: nowMs,
    fannedOutMs: null,
  };
}
