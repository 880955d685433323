import { and, desc, eq, inArray, min, sql } from 'drizzle-orm';
import type { Database } from '../database.ts';
import { webhookDeliveries, webhookEndpoints, webhookEvents } from '../schema.ts';
import { olderThan } from './older-than.ts';
import type { WebhookEndpointRow } from './webhook-endpoints.ts';
import type { WebhookEventRow } from './webhook-events.ts';

export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect;

/** A delivery that the caller alone may send, until its `nextAttemptMs`. */
export interface ClaimedDelivery {
  readonly delivery: WebhookDeliveryRow;
  readonly endpoint: WebhookEndpointRow;
  readonly event: WebhookEventRow;
}

export interface DeliveryClaim {
  readonly nowMs: number;
  /** When others may take them, should the caller not come back. */
  readonly leaseExpiresMs: number;
  /** At most 90, for D1's bound parameters. */
  readonly limit: number;
}

/** Takes due deliveries, longest due first, in one statement that no two callers can both win, and counts the attempt. */
export async function claimDeliveries(
  db: Database,
  { nowMs, leaseExpiresMs, limit }: DeliveryClaim,
): Promise<ClaimedDelivery[]> {
  // The literal 'pending' lets SQLite use the partial index; a bound parameter would not.
  const due = sql`(select id from webhook_deliveries where status = 'pending' and next_attempt_ms <= ${nowMs}
    order by next_attempt_ms limit ${limit})`;
  const claimed = await db
    .update(webhookDeliveries)
    .set({ attempts: sql`${webhookDeliveries.attempts} + 1`, lastAttemptMs: nowMs, nextAttemptMs: leaseExpiresMs })
    .where(sql`${webhookDeliveries.id} in ${due}`)
    .returning({ id: webhookDeliveries.id });
  if (claimed.length === 0) return [];
  const ids = claimed.map(({ id }) => id);
  return db
    .select({ delivery: webhookDeliveries, endpoint: webhookEndpoints, event: webhookEvents })
    .from(webhookDeliveries)
    .innerJoin(webhookEndpoints, eq(webhookEndpoints.id, webhookDeliveries.endpointId))
    .innerJoin(webhookEvents, eq(webhookEvents.id, webhookDeliveries.eventId))
    .where(inArray(webhookDeliveries.id, ids));
}

/** How an attempt ended; `responseStatus` is null when there was no answer. */
export type DeliveryOutcome =
  | { readonly status: 'delivered'; readonly responseStatus: number }
  | {
      readonly status: 'pending' | 'failed';
      readonly responseStatus: number | null;
      readonly error: string;
      readonly nextAttemptMs: number | null;
    };

/**
 * Writes an attempt's outcome, unless a later attempt has begun (this one took longer than its lease). What was ended
 * while it was on its way (endpoint disabled) is not begun again, but a success is a success.
 */
export async function recordDeliveryOutcome(
  db: Database,
  { id, attempts }: Pick<WebhookDeliveryRow, 'id' | 'attempts'>,
  outcome: DeliveryOutcome,
): Promise<WebhookDeliveryRow | undefined> {
  const sameAttempt = and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.attempts, attempts));
  const isDelivered = outcome.status === 'delivered';
  const [row] = await db
    .update(webhookDeliveries)
    .set(isDelivered ? { ...outcome, nextAttemptMs: null, error: null } : outcome)
    .where(isDelivered ? sameAttempt : and(sameAttempt, eq(webhookDeliveries.status, 'pending')))
    .returning();
  return row;
}

/** Makes a claimed delivery due again as though nobody had taken it, unless a later attempt has begun. */
export async function unclaimDelivery(
  db: Database,
  { id, attempts }: Pick<WebhookDeliveryRow, 'id' | 'attempts'>,
  nowMs: number,
): Promise<void> {
  await db
    .update(webhookDeliveries)
    .set({ attempts: attempts - 1, nextAttemptMs: nowMs })
    .where(
      and(
        eq(webhookDeliveries.id, id),
        eq(webhookDeliveries.attempts, attempts),
        eq(webhookDeliveries.status, 'pending'),
      ),
    );
}

/** A delivery of an event that is there. */
export async function insertDelivery(db: Database, row: WebhookDeliveryRow): Promise<void> {
  await db.insert(webhookDeliveries).values(row);
}

/** An event for one endpoint with its delivery, so that fan-out has nothing to do. */
export async function insertEventWithDelivery(
  db: Database,
  event: WebhookEventRow,
  delivery: WebhookDeliveryRow,
): Promise<void> {
  await db.batch([db.insert(webhookEvents).values(event), db.insert(webhookDeliveries).values(delivery)]);
}

export async function findDelivery(
  db: Database,
  { id, endpointId }: Pick<WebhookDeliveryRow, 'id' | 'endpointId'>,
): Promise<WebhookDeliveryRow | undefined> {
  const [row] = await db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.endpointId, endpointId)))
    .limit(1);
  return row;
}

export interface ListDeliveries {
  readonly endpointId: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** Newest first. */
export function listDeliveries(
  db: Database,
  { endpointId, after, limit }: ListDeliveries,
): Promise<WebhookDeliveryRow[]> {
  return db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.endpointId, endpointId), olderThan(webhookDeliveries.id, after)))
    .orderBy(desc(webhookDeliveries.id))
    .limit(limit);
}

/** When the next delivery is due; null when none is pending. */
export async function findNextAttemptMs(db: Database): Promise<number | null> {
  const [row] = await db
    .select({ nextMs: min(webhookDeliveries.nextAttemptMs) })
    .from(webhookDeliveries)
    .where(sql`${webhookDeliveries.status} = 'pending'`);
  return row?.nextMs ?? null;
}
