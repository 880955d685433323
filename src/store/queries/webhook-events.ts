import { sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { webhookDeliveries, webhookEvents } from '../schema.ts';

export type WebhookEventRow = typeof webhookEvents.$inferSelect;

/**
 * Turns the oldest events of the outbox into one delivery per enabled endpoint that wants their type. One batch: the
 * deliveries and the mark that they exist are written together, so any number of gateways may do this at once.
 * A delivery's id is made of its event's and its endpoint's, and so sorts by the event's time.
 * @returns how many events were taken
 */
export async function fanOutEvents(
  db: Database,
  { nowMs, limit }: { readonly nowMs: number; readonly limit: number },
): Promise<number> {
  const oldest = sql`(select id from webhook_events where fanned_out_ms is null order by created_ms, id limit ${limit})`;
  const [, taken] = await db.batch([
    db
      .insert(webhookDeliveries)
      .select(
        sql`select 'whd_' || substr(event.id, 5) || substr(endpoint.id, -12), event.project_id, endpoint.id, event.id,
          event.type, 'pending', 0, ${nowMs}, null, null, null, ${nowMs}
        from webhook_events as event join webhook_endpoints as endpoint on endpoint.project_id = event.project_id
        where event.id in ${oldest} and event.endpoint_id is null and endpoint.status = 'enabled'
          and (endpoint.subject_id is null or endpoint.subject_id = json_extract(event.body, '$.data.id'))
          and exists (select 1 from json_each(endpoint.event_types) as wanted where wanted.value = event.type)`,
      )
      .onConflictDoNothing(),
    db
      .update(webhookEvents)
      .set({ fannedOutMs: nowMs })
      .where(sql`${webhookEvents.id} in ${oldest}`)
      .returning({ id: webhookEvents.id }),
  ]);
  return taken.length;
}

export interface PruneWebhookEvents {
  readonly createdBeforeMs: number;
  readonly limit: number;
}

/**
 * Deletes the oldest events with their deliveries, in one batch. An event stays while it is in the outbox, and while a
 * delivery of it is pending or younger than that, as a replay is.
 * @returns how many events went
 */
export async function pruneWebhookEvents(
  db: Database,
  { createdBeforeMs, limit }: PruneWebhookEvents,
): Promise<number> {
  const past = sql`(select id from webhook_events as event
    where created_ms < ${createdBeforeMs} and fanned_out_ms is not null and not exists (
      select 1 from webhook_deliveries as delivery where delivery.event_id = event.id
        and (delivery.status = 'pending' or delivery.created_ms >= ${createdBeforeMs}))
    order by created_ms, id limit ${limit})`;
  const [, pruned] = await db.batch([
    db.delete(webhookDeliveries).where(sql`${webhookDeliveries.eventId} in ${past}`),
    db
      .delete(webhookEvents)
      .where(sql`${webhookEvents.id} in ${past}`)
      .returning({ id: webhookEvents.id }),
  ]);
  return pruned.length;
}
