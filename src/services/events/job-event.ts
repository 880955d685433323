import type { EventType } from '../../contract/index.ts';
import type { WebhookEventRow } from '../../store/queries/webhook-events.ts';
import { newWebhookEvent } from './new-event.ts';

/** The outbox row of a job's change, to be written in the same batch as the change. */
export const jobWebhookEvent = (
  job: { readonly id: string; readonly projectId: string },
  type: EventType,
  nowMs: number,
): WebhookEventRow => newWebhookEvent({ projectId: job.projectId, type, subjectId: job.id, nowMs });
