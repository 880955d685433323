import { createId } from '../../contract/index.ts';
import type { EventType } from '../../contract/index.ts';
import type { WebhookEventRow } from '../../store/queries/webhook-events.ts';
import { toSeconds } from '../context.ts';

export interface EventSubject {
  readonly projectId: string;
  readonly type: EventType;
  /** What it is about: the id to fetch. */
  readonly subjectId: string;
  readonly nowMs: number;
}

/** An outbox row whose body is what will be signed and sent. Thin: receivers fetch what they need by its id. */
export function newWebhookEvent({ projectId, type, subjectId, nowMs }: EventSubject): WebhookEventRow {
  const id = createId('event', nowMs);
  return {
    id,
    projectId,
    type,
    endpointId: null,
    body: {
      id,
      object: 'event',
      created_at: toSeconds(nowMs),
      timestamp: new Date(nowMs).toISOString(),
      type,
      data: { id: subjectId },
    },
    createdMs: nowMs,
    fannedOutMs: null,
  };
}
