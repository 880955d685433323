import { fanOutEvents } from '../../store/queries/webhook-events.ts';
import type { OutboxServices } from './outbox-services.ts';

const EVENTS_PER_BATCH = 100;

/** Empties the outbox into deliveries, one per event and enabled endpoint that wants it. Any number of gateways may run it at once. */
export async function fanOutWebhookEvents({ db, clock }: OutboxServices): Promise<void> {
  let taken;
  do {
    taken = await fanOutEvents(db, { nowMs: clock.nowMs(), limit: EVENTS_PER_BATCH });
  } while (taken === EVENTS_PER_BATCH);
}
