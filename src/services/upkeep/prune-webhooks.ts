import { pruneWebhookEvents } from '../../store/queries/webhook-events.ts';
import type { Services } from '../ports.ts';
import { RETENTION_MS } from '../retention.ts';

const EVENTS_PER_RUN = 1_000;

/** Deletes webhook events and their delivery log after their time, the oldest first, a bounded number a run. @returns how many events went */
export const pruneWebhooks = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> =>
  pruneWebhookEvents(db, { createdBeforeMs: clock.nowMs() - RETENTION_MS.webhookEvent, limit: EVENTS_PER_RUN });
