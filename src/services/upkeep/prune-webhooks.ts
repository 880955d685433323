import { pruneWebhookEvents } from '../../store/queries/webhook-events.ts';
import type { Services } from '../ports.ts';

const KEPT_MS = 30 * 24 * 3_600_000;
const EVENTS_PER_RUN = 1_000;

/** Deletes webhook events and their delivery log after 30 days, the oldest first, a bounded number a run. @returns how many events went */
export const pruneWebhooks = ({ db, clock }: Pick<Services, 'db' | 'clock'>): Promise<number> =>
  pruneWebhookEvents(db, { createdBeforeMs: clock.nowMs() - KEPT_MS, limit: EVENTS_PER_RUN });
