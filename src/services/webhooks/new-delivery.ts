import { createId } from '../../contract/index.ts';
import type { WebhookDeliveryRow } from '../../store/queries/webhook-deliveries.ts';

type Origin = Pick<WebhookDeliveryRow, 'projectId' | 'endpointId' | 'eventId' | 'eventType'>;

/** A delivery due now that did not come of fan-out: a replay or a test. */
export const newDelivery = (origin: Origin, nowMs: number): WebhookDeliveryRow => ({
  id: createId('delivery', nowMs),
  projectId: origin.projectId,
  endpointId: origin.endpointId,
  eventId: origin.eventId,
  eventType: origin.eventType,
  status: 'pending',
  attempts: 0,
  nextAttemptMs: nowMs,
  lastAttemptMs: null,
  responseStatus: null,
  error: null,
  createdMs: nowMs,
});
